//! Converts `CustomResourceDefinition`s into closed JSON Schemas of what a manifest may say.

mod structural;

use serde_json::{Map, Value, json};

use super::cel::{self, Judge, RULES};
use super::validate::Compiled;
use super::{common, hoist, restated};

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

/// What makes a CRD impossible to convert, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// JSON pointer into the CRD.
    pub at: String,
    /// Lower case, no full stop.
    pub message: String,
}

/// All that was found so far.
#[derive(Default)]
struct Misfits(Vec<Misfit>);

impl Misfits {
    fn add(&mut self, at: &str, message: &str) {
        self.0.push(Misfit { at: at.to_owned(), message: message.to_owned() });
    }
}

/// Sorts the keys and moves repeated parts into `$defs`: the form in which schemas are stored.
pub fn finish(mut schema: Value) -> Value {
    schema.sort_all_objects();
    let mut schema = hoist::hoist(&schema);
    schema["$schema"] = json!(DIALECT);
    schema.sort_all_objects();
    schema
}

/// Whether an object is a CRD, of whatever version.
pub fn is_definition(object: &crate::json::Value) -> bool {
    object["kind"] == "CustomResourceDefinition"
}

/// Converts each served version of a CRD. An error is all that is wrong with it.
pub fn import(definition: &Value) -> Result<Vec<Imported>, Vec<Misfit>> {
    let mut misfits = Misfits::default();
    let imported = versions(definition, &mut misfits);
    if imported.is_empty() && misfits.0.is_empty() {
        misfits.add("/spec/versions", "no version of it is served");
    }
    if misfits.0.is_empty() { Ok(imported) } else { Err(misfits.0) }
}

fn versions(definition: &Value, misfits: &mut Misfits) -> Vec<Imported> {
    let mut imported = Vec::new();
    if definition["kind"] != "CustomResourceDefinition" {
        let kind = definition["kind"].as_str().unwrap_or_default();
        misfits.add("/kind", &format!("`kind` is `{kind}`, not `CustomResourceDefinition`"));
        return imported;
    }
    // Kubernetes 1.22 stopped serving v1beta1, whose schemas need not be structural.
    let api_version = definition["apiVersion"].as_str().unwrap_or_default();
    if api_version != "apiextensions.k8s.io/v1" {
        misfits.add("/apiVersion", &format!("`apiVersion` is `{api_version}`, not `apiextensions.k8s.io/v1`"));
        return imported;
    }
    let mut name = |at: &str| {
        let text = definition.pointer(at).and_then(Value::as_str).filter(|text| is_name(text));
        if text.is_none() {
            misfits.add(at, &format!("`{}` is no name", at.trim_start_matches('/').replace('/', ".")));
        }
        text.unwrap_or_default()
    };
    let (group, kind) = (name("/spec/group"), name("/spec/names/kind"));
    let Some(versions) = definition["spec"]["versions"].as_array() else {
        misfits.add("/spec/versions", "`spec.versions` is no list");
        return imported;
    };
    for (index, version) in versions.iter().enumerate().filter(|(_, version)| version["served"] == true) {
        let at = format!("/spec/versions/{index}");
        let Some(name) = version["name"].as_str().filter(|name| is_name(name)) else {
            misfits.add(&at, "this version has no `name`");
            continue;
        };
        let api_version = format!("{group}/{name}");
        let at = format!("{at}/schema/openAPIV3Schema");
        let Some(schema) = version["schema"]["openAPIV3Schema"].as_object() else {
            misfits.add(&at, &format!("version `{name}` has no `schema.openAPIV3Schema`"));
            continue;
        };
        let before = misfits.0.len();
        let schema = convert_version(schema, &at, &api_version, kind, misfits);
        let schema = Imported { api_version, kind: kind.to_owned(), schema };
        // Keywords are copied as they are; whether their values are of any use, compiling shows.
        if misfits.0.len() == before
            && let Err(unsound) = Compiled::new(schema.file())
        {
            misfits.add(&at, &format!("`{}`: {}", unsound.at, unsound.message));
        }
        imported.push(schema);
    }
    imported
}

/// Names of groups, kinds and versions, which become paths.
fn is_name(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
    !text.is_empty() && text.len() <= 253 && text.chars().all(plain) && !text.starts_with('.')
}

impl Imported {
    /// Where the schema stands below `teams/_schemas`: a folder for the group, a file for kind and version.
    pub fn path(&self) -> String {
        let (group, version) = self.api_version.rsplit_once('/').unwrap_or(("", &self.api_version));
        format!("{group}/{}-{version}.schema.json", self.kind.to_lowercase())
    }

    /// The schema file, with what the API server checks in the pods that objects of this kind make.
    pub fn file(&self) -> Value {
        let mut schema = self.schema.clone();
        restated::restate_pods(&mut schema);
        finish(schema)
    }

    /// Who can judge the rules: how many of them there are for each judge.
    pub fn judges(&self) -> Vec<Judge> {
        let mut judges = Vec::new();
        each_rule(&self.schema, &mut |rule| judges.extend(cel::judge(rule)));
        judges.sort();
        judges
    }
}

fn each_rule(schema: &Value, found: &mut impl FnMut(&Value)) {
    match schema {
        Value::Object(keywords) => {
            for (keyword, value) in keywords {
                match value {
                    Value::Array(rules) if keyword == RULES => rules.iter().for_each(&mut *found),
                    value => each_rule(value, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| each_rule(item, found)),
        _ => {}
    }
}

/// Takes out what embedded schemas do without: the rules, which are restated, and what only rules need to know. The
/// defaults of list keys stay.
pub fn compact(schema: &mut Value) {
    let Value::Object(keywords) = schema else { return };
    keywords.remove(RULES);
    keywords.remove("format");
    let keys: Vec<String> = keywords
        .get("x-kubernetes-list-map-keys")
        .and_then(Value::as_array)
        .map(|keys| keys.iter().filter_map(Value::as_str).map(str::to_owned).collect())
        .unwrap_or_default();
    if let Some(Value::Object(properties)) = keywords.get_mut("properties") {
        properties.values_mut().for_each(compact);
        properties.values_mut().filter_map(Value::as_object_mut).for_each(|property| {
            property.remove("default");
        });
    }
    if let Some(items) = keywords.get_mut("items") {
        let defaults: Vec<(String, Value)> = keys
            .into_iter()
            .filter_map(|key| items["properties"][&key].get("default").cloned().map(|default| (key, default)))
            .collect();
        compact(items);
        for (key, default) in defaults {
            items["properties"][&key]["default"] = default;
        }
    }
    if let Some(values) = keywords.get_mut("additionalProperties") {
        compact(values);
    }
}

fn convert_version(
    source: &Map<String, Value>,
    at: &str,
    api_version: &str,
    kind: &str,
    misfits: &mut Misfits,
) -> Value {
    let mut schema = structural::convert(source, at, misfits);
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
    schema.into()
}
