//! Converts the nodes of a structural schema, keyword by keyword.

use serde_json::{Map, Value, json};

use super::{BYTE, DATE_TIME, Misfits};
use crate::schema::cel::{self, RULES};
use crate::schema::{common, walk};

/// Converts one node of a structural schema, which stands at `at` in the CRD.
pub(super) fn convert(source: &Map<String, Value>, at: &str, misfits: &mut Misfits) -> Map<String, Value> {
    let mut schema = validations(source, at, misfits);
    let open = flag(source, "x-kubernetes-preserve-unknown-fields");
    let embedded = flag(source, "x-kubernetes-embedded-resource");

    if let Some(properties) = source.get("properties") {
        let at = walk::join(at, "properties");
        if let Some(properties) = properties.as_object() {
            let mut converted = Map::new();
            for (name, property) in properties {
                converted.insert(name.clone(), convert_child(property, &walk::join(&at, name), misfits));
            }
            schema.insert("properties".into(), converted.into());
            drop_defaulted(&mut schema, properties);
        } else {
            misfits.add(&at, "`properties` is no mapping");
        }
    }
    match source.get("additionalProperties") {
        Some(Value::Object(values)) => {
            let values = convert(values, &walk::join(at, "additionalProperties"), misfits);
            schema.insert("additionalProperties".into(), values.into());
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
        schema.insert("items".into(), convert_child(items, &walk::join(at, "items"), misfits));
        keep_list_keys(source, &mut schema);
    }
    if embedded {
        embed_resource(&mut schema);
    }
    if let Some(default) = source.get("default") {
        schema.insert("default".into(), default.clone());
    }
    keep_rules(source, at, &mut schema, misfits);
    schema
}

fn convert_child(source: &Value, at: &str, misfits: &mut Misfits) -> Value {
    let Some(source) = source.as_object() else {
        misfits.add(at, "this is no schema");
        return Value::Bool(true);
    };
    convert(source, at, misfits).into()
}

/// Keeps the rules, each with what decides how it is evaluated and what is said.
fn keep_rules(source: &Map<String, Value>, at: &str, schema: &mut Map<String, Value>, misfits: &mut Misfits) {
    const KEPT: [&str; 6] = ["rule", "message", "messageExpression", "reason", "fieldPath", "optionalOldSelf"];
    let Some(rules) = source.get(RULES) else { return };
    let at = walk::join(at, RULES);
    let Some(rules) = rules.as_array() else { return misfits.add(&at, &format!("`{RULES}` is no list")) };
    let mut kept = Vec::new();
    for (index, rule) in rules.iter().enumerate() {
        if let Err(why) = cel::judge(rule) {
            misfits.add(&format!("{at}/{index}/rule"), &why);
        }
        let fields = KEPT.iter().filter_map(|key| Some(((*key).to_owned(), rule.get(key)?.clone())));
        kept.push(fields.collect::<Map<_, _>>());
    }
    schema.insert(RULES.into(), kept.into());
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
fn validations(source: &Map<String, Value>, at: &str, misfits: &mut Misfits) -> Map<String, Value> {
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
    if let Some(pattern) = source.get("pattern").and_then(Value::as_str)
        && !is_pattern(pattern)
    {
        misfits.add(&walk::join(at, "pattern"), &format!("`{pattern}` is no regular expression"));
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
            let branches = branches.iter().enumerate();
            let branches = branches.map(|(index, branch)| junctor(branch, &format!("{at}/{keyword}/{index}"), misfits));
            let branches = branches.filter(|branch| branch != &json!({})).collect::<Vec<_>>();
            if !branches.is_empty() {
                schema.insert(keyword.into(), branches.into());
            }
        }
    }
    if let Some(negated) = source.get("not") {
        schema.insert("not".into(), junctor(negated, &walk::join(at, "not"), misfits));
    }
    schema
}

/// A branch of `allOf`, `anyOf`, `oneOf` or `not`: it only constrains, so objects stay open in it.
fn junctor(source: &Value, at: &str, misfits: &mut Misfits) -> Value {
    let Some(source) = source.as_object() else {
        misfits.add(at, "this is no schema");
        return Value::Bool(true);
    };
    let mut schema = validations(source, at, misfits);
    if let Some(Value::Object(properties)) = source.get("properties") {
        let at = walk::join(at, "properties");
        let properties = properties.iter();
        let properties: Map<String, Value> = properties
            .map(|(name, property)| (name.clone(), junctor(property, &walk::join(&at, name), misfits)))
            .collect();
        schema.insert("properties".into(), properties.into());
    }
    if let Some(items) = source.get("items") {
        schema.insert("items".into(), junctor(items, &walk::join(at, "items"), misfits));
    }
    schema.into()
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

/// Formats of strings become patterns, which need no support of the validator. Rules see those below as other types.
fn spell_formats(source: &Map<String, Value>, schema: &mut Map<String, Value>) {
    let Some(format) = source.get("format").and_then(Value::as_str) else { return };
    if ["byte", "date", "date-time", "duration"].contains(&format) {
        schema.insert("format".into(), json!(format));
    }
    let pattern = match format {
        "date-time" => DATE_TIME,
        "byte" => BYTE,
        _ => return,
    };
    schema.entry("pattern").or_insert_with(|| json!(pattern));
}

fn is_pattern(text: &str) -> bool {
    regex::Regex::new(text).is_ok()
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
