//! Converts `CustomResourceDefinition`s into closed JSON Schemas of what a manifest may say.

use anyhow::{Context as _, Result, bail, ensure};
use serde::Deserialize as _;
use serde_json::{Map, Value, json};

use super::{common, hoist};

/// The JSON Schema dialect of every schema file.
pub const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// What the API server takes for a `date-time`: RFC 3339, as `kube-openapi` (`strfmt`, `IsDateTime`) reads it.
pub const DATE_TIME: &str = r"^[0-9]+-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]+)?([Zz]|[-+|]([01][0-9]|2[0-3]):[0-5][0-9])$";

/// What the API server takes for `byte`: padded base64 (`kube-openapi`, `strfmt`).
pub const BYTE: &str = "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$";

/// The schema of one served version of one kind, with nothing hoisted yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Imported {
    /// Group and version, for example `ray.io/v1`.
    pub api_version: String,
    /// For example `RayCluster`.
    pub kind: String,
    /// JSON Schema 2020-12; [`finish`] makes it a schema file.
    pub schema: Value,
}

/// Reads every CRD of a YAML text and converts each served version.
pub fn import(text: &str) -> Result<Vec<Imported>> {
    let mut imported = Vec::new();
    for (index, document) in serde_yaml::Deserializer::from_str(text).enumerate() {
        let place = format!("document {}", index + 1);
        let value = Value::deserialize(document).with_context(|| format!("{place}: read YAML"))?;
        if !value.is_null() {
            imported.extend(convert_definition(&value).context(place)?);
        }
    }
    ensure!(!imported.is_empty(), "no CustomResourceDefinition with a served version");
    Ok(imported)
}

/// Sorts the keys and moves repeated parts into `$defs`: the form in which schemas are stored.
pub fn finish(mut schema: Value) -> Value {
    schema.sort_all_objects();
    let mut schema = hoist::hoist(&schema);
    schema["$schema"] = json!(DIALECT);
    schema.sort_all_objects();
    schema
}

fn convert_definition(definition: &Value) -> Result<Vec<Imported>> {
    let kind = definition["kind"].as_str().unwrap_or_default();
    ensure!(kind == "CustomResourceDefinition", "`kind` is `{kind}`, not `CustomResourceDefinition`");
    // Kubernetes 1.22 stopped serving v1beta1, whose schemas need not be structural.
    let api_version = definition["apiVersion"].as_str().unwrap_or_default();
    ensure!(api_version == "apiextensions.k8s.io/v1", "`apiVersion` is `{api_version}`, not `apiextensions.k8s.io/v1`");
    let spec = &definition["spec"];
    let group = spec["group"].as_str().context("`spec.group` is no string")?;
    let kind = spec["names"]["kind"].as_str().context("`spec.names.kind` is no string")?;
    let versions = spec["versions"].as_array().context("`spec.versions` is no list")?;
    let mut imported = Vec::new();
    for version in versions.iter().filter(|version| version["served"] == json!(true)) {
        let name = version["name"].as_str().context("a version without a `name`")?;
        let api_version = format!("{group}/{name}");
        let schema = convert_version(&version["schema"]["openAPIV3Schema"], &api_version, kind)
            .with_context(|| format!("{kind} {api_version}"))?;
        imported.push(Imported { api_version, kind: kind.to_owned(), schema });
    }
    Ok(imported)
}

fn convert_version(source: &Value, api_version: &str, kind: &str) -> Result<Value> {
    let source = source.as_object().context("`schema.openAPIV3Schema` is no mapping")?;
    let Value::Object(mut schema) = convert(source, "")? else {
        bail!("the schema of an object is no mapping");
    };
    let properties = schema.entry("properties").or_insert_with(|| json!({}));
    properties["apiVersion"] = json!({ "const": api_version });
    properties["kind"] = json!({ "const": kind });
    properties["metadata"] = common::object_meta();
    // Exported objects carry a status; the API server ignores it on create and update.
    if properties.get("status").is_some() {
        properties["status"] = json!(true);
    }
    let mut required = vec![json!("apiVersion"), json!("kind"), json!("metadata")];
    if let Some(Value::Array(of_crd)) = schema.get("required") {
        required.extend(of_crd.iter().filter(|name| !required.contains(name)).cloned().collect::<Vec<_>>());
    }
    schema.insert("required".into(), required.into());
    Ok(Value::Object(schema))
}

/// Converts one node of a structural schema.
fn convert(source: &Map<String, Value>, place: &str) -> Result<Value> {
    let mut schema = validations(source, place)?;
    let open = flag(source, "x-kubernetes-preserve-unknown-fields");
    let embedded = flag(source, "x-kubernetes-embedded-resource");

    if let Some(properties) = source.get("properties") {
        let properties = properties.as_object().with_context(|| format!("{place}.properties is no mapping"))?;
        let mut converted = Map::new();
        for (name, property) in properties {
            converted.insert(name.clone(), convert_child(property, &format!("{place}.{name}"))?);
        }
        schema.insert("properties".into(), converted.into());
        drop_defaulted(&mut schema, properties);
    }
    match source.get("additionalProperties") {
        Some(Value::Object(values)) => {
            schema.insert("additionalProperties".into(), convert(values, &format!("{place}.*"))?);
        }
        Some(Value::Bool(true)) => {}
        // With strict field validation a field that pruning would drop is an error; pruning stops where
        // unknown fields are preserved.
        _ if source.get("type") == Some(&json!("object")) && !open => {
            schema.insert("additionalProperties".into(), json!(false));
        }
        _ => {}
    }
    if let Some(items) = source.get("items") {
        schema.insert("items".into(), convert_child(items, &format!("{place}[]"))?);
        keep_list_keys(source, &mut schema);
    }
    if embedded {
        embed_resource(&mut schema);
    }
    Ok(schema.into())
}

fn convert_child(source: &Value, place: &str) -> Result<Value> {
    convert(source.as_object().with_context(|| format!("{place} is no schema"))?, place)
}

/// The API server fills defaults before it validates, so a required field with a default may be left out.
fn drop_defaulted(schema: &mut Map<String, Value>, properties: &Map<String, Value>) {
    let Some(Value::Array(required)) = schema.get_mut("required") else { return };
    required.retain(|name| name.as_str().and_then(|name| properties.get(name)?.get("default")).is_none());
    if required.is_empty() {
        schema.remove("required");
    }
}

/// Keeps what makes two items of a list the same: the keys, and the defaults of those keys.
fn keep_list_keys(source: &Map<String, Value>, schema: &mut Map<String, Value>) {
    match source.get("x-kubernetes-list-type").and_then(Value::as_str) {
        Some("set") => {
            schema.insert("x-kubernetes-list-type".into(), json!("set"));
        }
        Some("map") => {
            let keys = source.get("x-kubernetes-list-map-keys").cloned().unwrap_or_else(|| json!([]));
            for key in keys.as_array().into_iter().flatten().filter_map(Value::as_str) {
                if let Some(default) = source["items"]["properties"][key].get("default") {
                    schema["items"]["properties"][key]["default"] = default.clone();
                }
            }
            schema.insert("x-kubernetes-list-map-keys".into(), keys);
        }
        _ => {}
    }
}

/// An embedded resource is an object with type and metadata of its own, whatever its schema says.
fn embed_resource(schema: &mut Map<String, Value>) {
    let properties = schema.entry("properties").or_insert_with(|| json!({}));
    properties["apiVersion"] = json!({ "type": "string", "minLength": 1 });
    properties["kind"] = json!({ "type": "string", "minLength": 1 });
    properties["metadata"] = common::object_meta();
    schema.insert("required".into(), json!(["apiVersion", "kind"]));
}

/// The keywords that constrain a value itself, without those that structure it.
fn validations(source: &Map<String, Value>, place: &str) -> Result<Map<String, Value>> {
    const KEPT: [&str; 12] = [
        "enum",
        "pattern",
        "minLength",
        "maxLength",
        "minItems",
        "maxItems",
        "uniqueItems",
        "minProperties",
        "maxProperties",
        "multipleOf",
        "minimum",
        "maximum",
    ];
    let mut schema = Map::new();
    if flag(source, "x-kubernetes-int-or-string") {
        schema.insert("type".into(), json!(["integer", "string"]));
    } else if let Some(Value::String(name)) = source.get("type") {
        schema.insert("type".into(), json!(name));
    }
    for keyword in KEPT {
        if let Some(value) = source.get(keyword) {
            schema.insert(keyword.into(), value.clone());
        }
    }
    if let Some(Value::Array(required)) = source.get("required")
        && !required.is_empty()
    {
        schema.insert("required".into(), json!(required));
    }
    bound_integers(source, &mut schema);
    spell_formats(source, &mut schema);
    exclude_bounds(source, &mut schema);
    if flag(source, "nullable") {
        admit_null(&mut schema);
    }
    // Structural schemas repeat integer-or-string as `anyOf`; the type above says it better.
    for keyword in ["allOf", "anyOf", "oneOf"] {
        if keyword == "anyOf" && flag(source, "x-kubernetes-int-or-string") {
            continue;
        }
        if let Some(Value::Array(branches)) = source.get(keyword) {
            let branches: Result<Vec<Value>> =
                branches.iter().map(|branch| junctor(branch, &format!("{place}.{keyword}"))).collect();
            let branches = branches?.into_iter().filter(|branch| branch != &json!({})).collect::<Vec<_>>();
            if !branches.is_empty() {
                schema.insert(keyword.into(), branches.into());
            }
        }
    }
    if let Some(negated) = source.get("not") {
        schema.insert("not".into(), junctor(negated, &format!("{place}.not"))?);
    }
    Ok(schema)
}

/// A branch of `allOf`, `anyOf`, `oneOf` or `not`: it only constrains, so objects stay open in it.
fn junctor(source: &Value, place: &str) -> Result<Value> {
    let source = source.as_object().with_context(|| format!("{place} is no schema"))?;
    let mut schema = validations(source, place)?;
    if let Some(Value::Object(properties)) = source.get("properties") {
        let properties: Result<Map<String, Value>> = properties
            .iter()
            .map(|(name, property)| Ok((name.clone(), junctor(property, &format!("{place}.{name}"))?)))
            .collect();
        schema.insert("properties".into(), properties?.into());
    }
    if let Some(items) = source.get("items") {
        schema.insert("items".into(), junctor(items, &format!("{place}[]"))?);
    }
    Ok(schema.into())
}

/// JSON Schema validators ignore integer formats; the API server enforces them as ranges.
fn bound_integers(source: &Map<String, Value>, schema: &mut Map<String, Value>) {
    if source.get("type") != Some(&json!("integer")) {
        return;
    }
    let (lowest, highest) = match source.get("format").and_then(Value::as_str) {
        Some("int32") => (i64::from(i32::MIN), i64::from(i32::MAX)),
        Some("int64") => (i64::MIN, i64::MAX),
        _ => return,
    };
    schema.entry("minimum").or_insert_with(|| json!(lowest));
    schema.entry("maximum").or_insert_with(|| json!(highest));
}

/// Formats of strings become patterns, which need no support of the validator.
fn spell_formats(source: &Map<String, Value>, schema: &mut Map<String, Value>) {
    let pattern = match source.get("format").and_then(Value::as_str) {
        Some("date-time") => DATE_TIME,
        Some("byte") => BYTE,
        _ => return,
    };
    schema.entry("pattern").or_insert_with(|| json!(pattern));
}

/// `OpenAPI` 3.0 writes exclusive bounds as flags beside the bound, JSON Schema as bounds of their own.
fn exclude_bounds(source: &Map<String, Value>, schema: &mut Map<String, Value>) {
    for (bound, exclusive) in [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")] {
        if flag(source, exclusive)
            && let Some(limit) = schema.remove(bound)
        {
            schema.insert(exclusive.into(), limit);
        }
    }
}

fn admit_null(schema: &mut Map<String, Value>) {
    match schema.get_mut("type") {
        Some(Value::Array(types)) => types.push(json!("null")),
        Some(single) => *single = json!([single.take(), "null"]),
        None => {}
    }
    if let Some(Value::Array(values)) = schema.get_mut("enum")
        && !values.contains(&Value::Null)
    {
        values.push(Value::Null);
    }
}

fn flag(source: &Map<String, Value>, keyword: &str) -> bool {
    source.get(keyword) == Some(&json!(true))
}
