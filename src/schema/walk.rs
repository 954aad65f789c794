//! Walks a value and its schema side by side: what the API server does with a manifest before, and beside,
//! validating it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::violation::{Problem, Violation};
use crate::json;

/// Follows a `$ref` to `$defs`; any other schema is itself.
pub(super) fn resolve<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    let mut schema = schema;
    while let Some(name) = keyword(schema, "$ref").and_then(Value::as_str).and_then(|at| at.strip_prefix("#/$defs/")) {
        schema = &root["$defs"][name];
    }
    schema
}

/// A keyword of a schema, or an entry of a table in one. Few are found sooner by looking at each than by hashing.
pub(super) fn keyword<'a>(schema: &'a Value, name: &str) -> Option<&'a Value> {
    const FEW: usize = 12;
    let keywords = schema.as_object()?;
    if keywords.len() > FEW {
        return keywords.get(name);
    }
    keywords.iter().find(|(known, _)| json::is_same(known, name)).map(|(_, value)| value)
}

/// The schema of a field of an object, if the schema knows it.
pub(super) fn field<'a>(root: &'a Value, schema: &'a Value, name: &str) -> Option<&'a Value> {
    let schema = resolve(root, schema);
    let declared = keyword(schema, "properties").and_then(|properties| keyword(properties, name));
    declared.or_else(|| keyword(schema, "additionalProperties").filter(|values| values.is_object()))
}

/// The schema at a JSON pointer into an instance.
pub(super) fn descend<'a>(root: &'a Value, pointer: &str) -> Option<&'a Value> {
    pointer.split('/').skip(1).try_fold(root, |schema, token| {
        let schema = resolve(root, schema);
        match schema.get("items") {
            Some(items) => Some(items),
            None => field(root, schema, &token.replace("~1", "/").replace("~0", "~")),
        }
    })
}

/// A pointer one step further.
pub(super) fn join(pointer: &str, token: &str) -> String {
    format!("{pointer}/{}", token.replace('~', "~0").replace('/', "~1"))
}

/// Drops the nulls that the API server drops: the value of a field that may not be null.
///
/// For custom resources, `apiextensions-apiserver` (`PruneNonNullableNullsWithoutDefaults`) removes them, or puts
/// the default in their place, before it validates; for core kinds decoding JSON into Go leaves the field unset.
/// Nulls in lists and in places the schema does not describe stay.
pub(super) fn without_nulls(root: &Value, schema: &Value, instance: &json::Value) -> Option<json::Value> {
    holds_null(instance).then(|| prune(root, schema, instance))
}

fn holds_null(instance: &json::Value) -> bool {
    match instance {
        json::Value::Object(fields) => fields.values().any(|value| value.is_null() || holds_null(value)),
        json::Value::Array(items) => items.iter().any(holds_null),
        _ => false,
    }
}

fn prune(root: &Value, schema: &Value, instance: &json::Value) -> json::Value {
    match instance {
        json::Value::Object(fields) => fields
            .iter()
            .filter_map(|(name, value)| match field(root, schema, name) {
                Some(described) if value.is_null() => nullable(root, described).then_some((name, json::Value::Null)),
                Some(described) => Some((name, prune(root, described, value))),
                None => Some((name, value.clone())),
            })
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
        json::Value::Array(items) => match resolve(root, schema).get("items") {
            Some(described) => items.iter().map(|item| prune(root, described, item)).collect(),
            None => instance.clone(),
        },
        other => other.clone(),
    }
}

fn nullable(root: &Value, schema: &Value) -> bool {
    let schema = resolve(root, schema);
    match schema.get("type") {
        Some(Value::Array(types)) => types.iter().any(|name| name == "null"),
        Some(_) => false,
        // Nothing is said of the value, as in `true` or `x-kubernetes-preserve-unknown-fields`.
        None => schema.get("const").is_none(),
    }
}

/// Where a value stands, as a chain to the root: written out only where something is wrong.
#[derive(Clone, Copy)]
pub(super) enum At<'a> {
    Root,
    Field(&'a At<'a>, &'a str),
    Item(&'a At<'a>, usize),
}

impl At<'_> {
    fn pointer(self) -> String {
        match self {
            Self::Root => String::new(),
            Self::Field(above, name) => join(&above.pointer(), name),
            Self::Item(above, index) => format!("{}/{index}", above.pointer()),
        }
    }
}

/// Finds items that a list may hold only once: by their keys (`x-kubernetes-list-map-keys`) or as a whole (`set`).
pub(super) fn duplicates(root: &Value, schema: &Value, instance: &json::Value, at: At<'_>, found: &mut Vec<Violation>) {
    match instance {
        json::Value::Object(fields) => {
            let schema = resolve(root, schema);
            for (name, value) in fields.iter().filter(|(_, value)| value.is_object() || value.is_array()) {
                if let Some(described) = field(root, schema, name) {
                    duplicates(root, described, value, At::Field(&at, name), found);
                }
            }
        }
        json::Value::Array(items) => {
            let schema = resolve(root, schema);
            let Some(described) = keyword(schema, "items") else { return };
            if let Some(Value::Array(keys)) = keyword(schema, "x-kubernetes-list-map-keys") {
                let keys = keys.iter().filter_map(Value::as_str).collect::<Vec<_>>();
                repeated(items, at, found, |item| identity(root, described, &keys, item));
            } else if keyword(schema, "x-kubernetes-list-type").is_some_and(|kind| kind == "set") {
                repeated(items, at, found, |item| Some(item.to_string()));
            }
            for (index, item) in items.iter().enumerate().filter(|(_, item)| item.is_object() || item.is_array()) {
                duplicates(root, described, item, At::Item(&at, index), found);
            }
        }
        _ => {}
    }
}

fn repeated(
    items: &[json::Value],
    at: At<'_>,
    found: &mut Vec<Violation>,
    identity: impl Fn(&json::Value) -> Option<String>,
) {
    // One item repeats nothing.
    if items.len() < 2 {
        return;
    }
    let mut seen = BTreeSet::new();
    for (index, item) in items.iter().enumerate() {
        if let Some(key) = identity(item)
            && !seen.insert(key.clone())
        {
            found.push(Violation { path: At::Item(&at, index).pointer(), problem: Problem::DuplicateKey { key } });
        }
    }
}

/// The keys of an item, with the defaults the API server fills in. `None` if a key is absent: that is said elsewhere.
fn identity(root: &Value, schema: &Value, keys: &[&str], item: &json::Value) -> Option<String> {
    let values = keys.iter().map(|key| {
        let value = match item.get(key).filter(|value| !value.is_null()) {
            Some(value) => value.to_string(),
            None => keyword(resolve(root, field(root, schema, key)?), "default")?.to_string(),
        };
        Some(if keys.len() == 1 { value } else { format!("{key}={value}") })
    });
    Some(values.collect::<Option<Vec<_>>>()?.join(", "))
}
