//! Values as instances of JSON Schemas: [`jsonschema`] validates them in place.

use std::borrow::Cow;

use jsonschema::JsonType;
use jsonschema::json::{Array, Json, Node, NodeIdentity, Object};
use serde_json::Number;

use super::map::Iter;
use super::{Map, Value};

/// The representation that validators are built for.
#[derive(Debug)]
pub struct Representation;

impl Json for Representation {
    type Node<'a> = &'a Value;
    type PreparedKey = String;
    type StringBuffer = Value;

    fn prepare_key(key: &str) -> String {
        key.to_owned()
    }

    fn with_string_node<T>(buffer: &mut Value, string: &str, check: impl FnOnce(&Value) -> T) -> T {
        if let Value::String(text) = buffer {
            text.clear();
            text.push_str(string);
        } else {
            *buffer = Value::String(string.to_owned());
        }
        check(buffer)
    }
}

impl<'a> Node<'a, Representation> for &'a Value {
    type Object = &'a Map;
    type Array = &'a [Value];
    type Number = &'a Number;

    fn as_object(&self) -> Option<&'a Map> {
        Value::as_object(self)
    }

    fn as_array(&self) -> Option<&'a [Value]> {
        Value::as_array(self).map(Vec::as_slice)
    }

    fn as_string(&self) -> Option<Cow<'a, str>> {
        self.as_str().map(Cow::Borrowed)
    }

    fn as_number(&self) -> Option<&'a Number> {
        Value::as_number(self)
    }

    fn as_boolean(&self) -> Option<bool> {
        self.as_bool()
    }

    fn is_null(&self) -> bool {
        Value::is_null(self)
    }

    fn json_type(&self) -> JsonType {
        match self {
            Value::Null => JsonType::Null,
            Value::Bool(_) => JsonType::Boolean,
            Value::Number(_) => JsonType::Number,
            Value::String(_) => JsonType::String,
            Value::Array(_) => JsonType::Array,
            Value::Object(_) => JsonType::Object,
        }
    }

    fn equals_value(&self, expected: &serde_json::Value) -> bool {
        match (self, expected) {
            (Value::String(text), serde_json::Value::String(expected)) => text == expected,
            (Value::Bool(flag), serde_json::Value::Bool(expected)) => flag == expected,
            (Value::Null, serde_json::Value::Null) => true,
            (Value::String(_) | Value::Bool(_) | Value::Null, _) => false,
            _ => jsonschema::json::cmp::equal(&self.to_value(), expected),
        }
    }

    fn to_value(&self) -> Cow<'a, serde_json::Value> {
        Cow::Owned((*self).into())
    }

    fn identity(&self) -> Option<NodeIdentity> {
        Some(NodeIdentity::new(std::ptr::from_ref::<Value>(self).addr()))
    }
}

impl<'a> Object<'a, Representation> for &'a Map {
    type Node = &'a Value;
    type MemberName = &'a str;
    type MembersIter = Iter<'a>;

    fn len(&self) -> usize {
        Map::len(self)
    }

    fn get(&self, key: &String) -> Option<&'a Value> {
        Map::get(self, key)
    }

    fn members(&self) -> Iter<'a> {
        (*self).into_iter()
    }
}

impl<'a> Array<'a, Representation> for &'a [Value] {
    type Node = &'a Value;
    type ElementsIter = std::slice::Iter<'a, Value>;

    fn len(&self) -> usize {
        <[Value]>::len(self)
    }

    fn elements(&self) -> std::slice::Iter<'a, Value> {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Representation, Value};

    #[test]
    fn instances_are_judged_like_those_of_serde_json() {
        let schemas = [
            json!({ "type": "integer" }),
            json!({ "type": "number", "minimum": 1.5, "multipleOf": 0.5 }),
            json!({ "type": ["string", "null"], "minLength": 2, "maxLength": 3 }),
            json!({ "const": { "a": [1, { "b": 2.0 }] } }),
            json!({ "enum": [1, "a", null, true, [1.0]] }),
            json!({ "uniqueItems": true, "minItems": 1, "items": { "not": { "type": "boolean" } } }),
            json!({ "required": ["a"], "maxProperties": 1, "propertyNames": { "pattern": "^[a-z]$", "maxLength": 1 } }),
            json!({ "properties": { "a": { "$ref": "#/$defs/any" } }, "additionalProperties": false,
                "$defs": { "any": { "items": { "$ref": "#/$defs/any" }, "type": ["array", "integer"] } } }),
        ];
        let instances = [
            json!(null),
            json!(true),
            json!(1),
            json!(1.0),
            json!(-1),
            json!(18_446_744_073_709_551_615_u64),
            json!(1.75),
            json!("a"),
            json!("ää"),
            json!("🦀🦀🦀🦀"),
            json!([]),
            json!([1]),
            json!([1, 1.0]),
            json!([{ "a": 1, "b": 2 }, { "b": 2, "a": 1 }]),
            json!([true]),
            json!({}),
            json!({ "a": [1, { "b": 2 }] }),
            json!({ "a": [1, [2]] }),
            json!({ "a": 1, "B": 2 }),
            json!({ "B": 1 }),
        ];
        for schema in &schemas {
            let known = jsonschema::options().build(schema).expect("a sound schema");
            let ours = jsonschema::options_for::<Representation>().build(schema).expect("a sound schema");
            for instance in &instances {
                let value = Value::from(instance.clone());
                let said: Vec<String> = ours.iter_errors(&value).map(|error| error.to_string()).collect();
                let expected: Vec<String> = known.iter_errors(instance).map(|error| error.to_string()).collect();
                assert_eq!(said, expected, "{instance} by {schema}");
                assert_eq!(ours.is_valid(&value), expected.is_empty(), "{instance} by {schema}");
            }
        }
    }
}
