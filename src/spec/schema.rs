//! Editor schemas: JSON Schema 2020-12 of the spec files, derived from the types.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value, json};

use super::{Platform, Team};
use crate::document::{self, Table};

/// A spec file's schema, as `schemas/` holds it and as specs are checked against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpecSchema {
    /// `teams/<team>.toml`.
    Team,
    /// `teams/_platform.toml`.
    Platform,
}

impl SpecSchema {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Team, Self::Platform];

    /// The file's name in `schemas/`.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Team => "team.schema.json",
            Self::Platform => "platform.schema.json",
        }
    }

    /// The schema as embedded.
    pub fn text(self) -> &'static str {
        match self {
            Self::Team => include_str!("../../schemas/team.schema.json"),
            Self::Platform => include_str!("../../schemas/platform.schema.json"),
        }
    }

    /// Derives the schema from the types and writes raygen's defaults into it.
    pub fn generate(self, defaults: &Table) -> String {
        let mut schema = match self {
            Self::Team => derive::<Team>("A team's Ray clusters on EKS"),
            Self::Platform => derive::<Platform>("The platform that teams' Ray clusters run on"),
        };
        simplify(&mut schema);
        for (definition, node) in defaults {
            // Those of clusters hold for every kind of workload whose own defaults, which come later, say nothing else.
            let names: &[&str] = match definition.as_str() {
                "cluster" => &["Cluster", "Service", "Job", "CronJob"],
                "service" => &["Service"],
                "job" => &["Job"],
                "cron-job" => &["CronJob"],
                "head" => &["Head"],
                "worker" => &["WorkerGroup"],
                "node-pool" => &["NodePool"],
                _ => continue,
            };
            if let Value::Object(values) = Value::from(&document::to_json(node.table().unwrap_or(&Table::new()))) {
                for name in names {
                    insert_defaults(&mut schema, &format!("#/$defs/{name}"), &values);
                }
            }
        }
        let mut text = serde_json::to_string_pretty(&schema).expect("a schema is plain JSON");
        text.push('\n');
        text
    }
}

fn derive<T: JsonSchema>(title: &str) -> Value {
    let mut schema: Schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>();
    schema.insert("title".into(), title.into());
    schema.to_value()
}

/// TOML has no null, and editors explain a plain `enum` better than a `oneOf` of constants.
fn simplify(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            if object.get("default").is_some_and(|default| default.is_null() || *default == json!({})) {
                object.shift_remove("default");
            }
            drop_null(object);
            bound_integers(object);
            flatten_constants(object);
            // Prose wrapped in the source is one paragraph in an editor.
            if let Some(Value::String(text)) = object.get_mut("description") {
                *text = text.replace('\n', " ");
            }
            object.values_mut().for_each(simplify);
        }
        Value::Array(items) => items.iter_mut().for_each(simplify),
        _ => {}
    }
}

fn drop_null(object: &mut Map<String, Value>) {
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            object.insert("type".into(), only);
        }
    }
    if let Some(Value::Array(choices)) = object.get_mut("anyOf") {
        choices.retain(|choice| *choice != json!({ "type": "null" }));
        if let [only] = choices.as_slice() {
            let only = only.as_object().cloned().unwrap_or_default();
            object.shift_remove("anyOf");
            object.extend(only);
        }
    }
}

/// Validators ignore formats of numbers (`int32`), so the bounds are written out. For 64 bits they are those of the
/// integers that a double holds, for TOML's floats are numbers too.
fn bound_integers(object: &mut Map<String, Value>) {
    let bounds = match object.get("format").and_then(Value::as_str) {
        Some("int32") => Some((i64::from(i32::MIN), i64::from(i32::MAX))),
        Some("uint32") => Some((0, i64::from(u32::MAX))),
        Some("int64") => Some((-(1 << 53), 1 << 53)),
        Some("double") => None,
        _ => return,
    };
    object.shift_remove("format");
    if let Some((least, greatest)) = bounds {
        object.entry("minimum").or_insert(least.into());
        object.entry("maximum").or_insert(greatest.into());
    }
}

fn flatten_constants(object: &mut Map<String, Value>) {
    let Some(Value::Array(choices)) = object.get("oneOf") else { return };
    let values: Option<Vec<Value>> = choices.iter().map(|choice| choice.get("const").cloned()).collect();
    let Some(values) = values else { return };
    let docs: Vec<Value> =
        choices.iter().map(|choice| choice.get("description").cloned().unwrap_or(json!(""))).collect();
    object.shift_remove("oneOf");
    object.insert("type".into(), json!("string"));
    object.insert("enum".into(), values.into());
    object.insert("x-taplo".into(), json!({ "docs": { "enumValues": docs } }));
}

fn insert_defaults(root: &mut Value, definition: &str, values: &Map<String, Value>) {
    for (key, value) in values {
        let Some(property) =
            root.pointer_mut(&definition[1..]).and_then(|found| found.get_mut("properties")?.get_mut(key))
        else {
            continue;
        };
        if let (Some(reference), Value::Object(inner)) =
            (property.get("$ref").and_then(Value::as_str).map(str::to_owned), value)
        {
            // A NodePool's own defaults hold for every pool; a head's exceptions are told in its description.
            if reference != "#/$defs/NodePool" {
                insert_defaults(root, &reference, inner);
            }
        } else {
            property["default"] = value.clone();
        }
    }
}
