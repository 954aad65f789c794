//! Values of manifests as CEL sees them, by their schema.

use std::collections::HashMap;

use cel::common::types::{CelBool, CelBytes, CelDouble, CelInt, CelList, CelMap, CelMapKey, CelNull, CelString};
use cel::common::value::Val;
use serde_json::Value;

use super::super::walk;
use crate::json::{self, Map};

use super::text;
use super::time::{Duration, Timestamp};

/// A value with the defaults that the API server fills in before it validates, and without what its schema does not
/// know: that is pruned, or out of reach for rules.
pub(super) fn with_defaults(root: &Value, schema: &Value, value: &json::Value) -> json::Value {
    let schema = walk::resolve(root, schema);
    match value {
        json::Value::Object(fields) => {
            let mut filled = Map::new();
            for (name, value) in fields {
                let described = walk::field(root, schema, name);
                if value.is_null() && described.is_some_and(|described| default(root, described).is_some()) {
                    continue;
                }
                let value = described.map_or_else(|| value.clone(), |described| with_defaults(root, described, value));
                filled.insert(name.to_owned(), value);
            }
            for (name, described) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
                if !filled.contains_key(name)
                    && let Some(default) = default(root, described)
                {
                    filled.insert(name.clone(), with_defaults(root, described, &default.clone().into()));
                }
            }
            filled.into()
        }
        json::Value::Array(items) => match schema.get("items") {
            Some(described) => items.iter().map(|item| with_defaults(root, described, item)).collect(),
            None => value.clone(),
        },
        other => other.clone(),
    }
}

fn default<'a>(root: &'a Value, schema: &'a Value) -> Option<&'a Value> {
    walk::resolve(root, schema).get("default")
}

/// The value as rules see it. Of the metadata of a whole object they see `name` and `generateName` alone.
pub(super) fn converted<'v>(root: &Value, schema: &Value, value: &'v json::Value, whole: bool) -> Box<dyn Val + 'v> {
    let schema = walk::resolve(root, schema);
    match value {
        json::Value::Null => Box::new(CelNull),
        json::Value::Bool(value) => Box::new(CelBool::from(*value)),
        json::Value::Number(number) => match number.as_i64() {
            Some(whole) if !names(schema, "number") => Box::new(CelInt::from(whole)),
            _ => Box::new(CelDouble::from(number.as_f64().unwrap_or(f64::NAN))),
        },
        json::Value::String(text) => of_text(schema, text),
        json::Value::Array(items) => {
            let described = schema.get("items").unwrap_or(&Value::Null);
            let items: Vec<Box<dyn Val + 'v>> =
                items.iter().map(|item| converted(root, described, item, false)).collect();
            Box::new(CelList::from(items))
        }
        json::Value::Object(fields) => {
            let declared = schema.get("properties").and_then(Value::as_object);
            let of_whole = |name: &str| ["name", "generateName"].contains(&name);
            let mut map: HashMap<CelMapKey<'v>, Box<dyn Val + 'v>> = HashMap::new();
            for (name, value) in fields {
                let key = match declared.filter(|declared| declared.contains_key(name)) {
                    Some(_) => CelMapKey::from(escaped(name)),
                    None => CelMapKey::from(name),
                };
                let value = match (name, value) {
                    ("metadata", json::Value::Object(metadata)) if whole => {
                        let seen = metadata.iter().filter(|(name, _)| of_whole(name));
                        let seen = seen
                            .map(|(name, value)| (CelMapKey::from(name), converted(root, &Value::Null, value, false)));
                        Box::new(CelMap::from(seen.collect::<HashMap<_, _>>()))
                    }
                    _ => {
                        let described = walk::field(root, schema, name).unwrap_or(&Value::Null);
                        converted(root, described, value, false)
                    }
                };
                map.insert(key, value);
            }
            Box::new(CelMap::from(map))
        }
    }
}

/// Formats that are types of their own in CEL: `k8s.io/apiserver`, `pkg/cel/common`, SchemaDeclType.
fn of_text<'v>(schema: &Value, text: &'v str) -> Box<dyn Val + 'v> {
    let format = schema.get("format").and_then(Value::as_str);
    let typed: Option<Box<dyn Val>> = match format {
        Some("duration") => Duration::parse(text).map(|duration| Box::new(duration) as Box<dyn Val>),
        Some("date-time" | "date") => Timestamp::parse(text).map(|time| Box::new(time) as Box<dyn Val>),
        Some("byte") => text::base64(text).map(|bytes| Box::new(CelBytes::from(bytes)) as Box<dyn Val>),
        _ => None,
    };
    typed.unwrap_or_else(|| Box::new(CelString::from(text)))
}

fn names(schema: &Value, name: &str) -> bool {
    match schema.get("type") {
        Some(Value::Array(types)) => types.iter().any(|each| each == name),
        Some(single) => single == name,
        None => false,
    }
}

/// The words that no identifier of CEL may be (`k8s.io/apiserver`, `pkg/cel/escaping.go`).
const RESERVED: &str = "as break const continue else false for function if import in let loop namespace null package \
                        return true var void while";

/// A field's name as an identifier: `Escape` of `k8s.io/apiserver`, `pkg/cel/escaping.go`.
fn escaped(name: &str) -> String {
    if RESERVED.split(' ').any(|reserved| reserved == name) {
        return format!("__{name}__");
    }
    let name = name.replace("__", "__underscores__");
    name.replace('.', "__dot__").replace('-', "__dash__").replace('/', "__slash__")
}
