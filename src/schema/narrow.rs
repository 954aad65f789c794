//! Schemas without the properties that nothing has: compiling a schema of which little is used is most of a small run.
//!
//! Whatever a schema says of a field holds of an object that lacks the field, so that of values with no field beside
//! the given ones the narrow schema says the same as the whole. `required`, `additionalProperties` and the like stay,
//! and so does what the API server fills in.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::de::{Deserialize as _, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::json;

/// Names of fields, at whatever depth.
pub(crate) type Names<'a> = HashSet<&'a str>;

/// Adds the names of all fields of a value.
pub(super) fn add_names<'a>(value: &'a json::Value, names: &mut Names<'a>) {
    match value {
        json::Value::Object(fields) => {
            for (name, value) in fields {
                names.insert(name);
                add_names(value, names);
            }
        }
        json::Value::Array(items) => {
            for item in items {
                add_names(item, names);
            }
        }
        _ => {}
    }
}

/// Reads the schema for values that have no fields but these. Annotations, such as descriptions, are left out too.
///
/// What is left out is skipped as text: it costs no memory, and little time.
pub(crate) fn read(text: &str, names: &Names<'_>) -> serde_json::Result<Value> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let schema = Part::Schema.with(names).deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(schema)
}

/// Keys of list maps with defaults: the API server tells items apart by them even where no item has them.
const FILLED_IN: [&str; 2] = ["name", "protocol"];

/// What a value in a schema file is.
#[derive(Clone, Copy)]
enum Part {
    /// A schema.
    Schema,
    /// Schemas in a list.
    Schemas,
    /// Schemas by name, of which all count.
    Named,
    /// Schemas of properties, of which those count that something has.
    Properties,
    /// Anything else.
    Value,
}

impl Part {
    /// What stands under a keyword of a schema, or under a name; `None` where it is left out.
    fn below(self, key: &str, names: &Names<'_>) -> Option<Self> {
        match self {
            Self::Properties => (names.contains(key) || FILLED_IN.contains(&key)).then_some(Self::Schema),
            Self::Named => Some(Self::Schema),
            Self::Schemas | Self::Value => Some(Self::Value),
            Self::Schema => match key {
                "description" | "examples" => None,
                "properties" => Some(Self::Properties),
                "$defs" | "dependentSchemas" | "patternProperties" => Some(Self::Named),
                "allOf" | "anyOf" | "oneOf" | "prefixItems" => Some(Self::Schemas),
                "additionalProperties"
                | "contains"
                | "else"
                | "if"
                | "items"
                | "not"
                | "propertyNames"
                | "then"
                | "unevaluatedProperties" => Some(Self::Schema),
                _ => Some(Self::Value),
            },
        }
    }

    fn with<'a>(self, names: &'a Names<'a>) -> Reader<'a> {
        Reader { part: self, names }
    }
}

struct Reader<'a> {
    part: Part,
    names: &'a Names<'a>,
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        match self.part {
            Part::Value => Value::deserialize(deserializer),
            _ => deserializer.deserialize_any(self),
        }
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a part of a JSON Schema")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut fields = Map::new();
        while let Some(key) = map.next_key_seed(Key)? {
            match self.part.below(&key, self.names) {
                Some(part) => {
                    let value = map.next_value_seed(part.with(self.names))?;
                    fields.insert(key.into_owned(), value);
                }
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(Value::Object(fields))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let part = if matches!(self.part, Part::Schemas) { Part::Schema } else { Part::Value };
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(part.with(self.names))? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    // `true` and `false` are schemas; no other value is one.
    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Bool(flag))
    }
}

/// Reads a name without a copy of it, which most of the names, being left out, have no need for.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Cow<'de, str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key {
    type Value = Cow<'de, str>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a name")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E>(self, name: &str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::catalog::CATALOG;
    use super::super::walk::{field, resolve};
    use super::{FILLED_IN, Names, read};

    #[test]
    fn properties_that_nothing_has_are_left_out_and_nothing_else() {
        let schema = json!({
            "type": "object",
            "description": "of people",
            "required": ["a", "z"],
            "additionalProperties": false,
            "properties": {
                "a": { "$ref": "#/$defs/A" },
                "properties": { "enum": [{ "unused": 1 }] },
                "unused": { "type": "string" },
            },
            "allOf": [{ "not": { "properties": { "unused": true, "a": { "const": 1 } } } }],
            "$defs": { "A": { "items": { "properties": { "b": { "type": "array" }, "unused": {} } } } },
        });
        let narrowed = json!({
            "type": "object",
            "required": ["a", "z"],
            "additionalProperties": false,
            "properties": { "a": { "$ref": "#/$defs/A" }, "properties": { "enum": [{ "unused": 1 }] } },
            "allOf": [{ "not": { "properties": { "a": { "const": 1 } } } }],
            "$defs": { "A": { "items": { "properties": { "b": { "type": "array" } } } } },
        });
        let names = Names::from(["a", "b", "properties"]);
        assert_eq!(read(&schema.to_string(), &names).unwrap(), narrowed);
    }

    /// Every key of a list map that has a default.
    fn filled_in(root: &Value, schema: &Value, found: &mut Vec<String>) {
        let Value::Object(keywords) = schema else { return };
        if let (Some(Value::Array(keys)), Some(items)) =
            (keywords.get("x-kubernetes-list-map-keys"), keywords.get("items"))
        {
            for key in keys.iter().filter_map(Value::as_str) {
                let described = field(root, items, key).map(|described| resolve(root, described));
                found.extend(described.and_then(|described| described.get("default")).map(|_| key.to_owned()));
            }
        }
        for value in keywords.values() {
            match value {
                Value::Array(items) => items.iter().for_each(|item| filled_in(root, item, found)),
                value => filled_in(root, value, found),
            }
        }
    }

    #[test]
    fn what_the_server_fills_in_is_kept() {
        let mut found = Vec::new();
        for embedded in CATALOG {
            let schema: Value = serde_json::from_str(embedded.text).unwrap();
            filled_in(&schema, &schema, &mut found);
        }
        found.sort_unstable();
        found.dedup();
        assert_eq!(found, FILLED_IN);
    }
}
