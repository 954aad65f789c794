//! Schemas without the properties that nothing has: compiling a schema of which little is used is most of a small run.
//!
//! Whatever a schema says of a field holds of an object that lacks the field, so that of values with no field beside
//! the given ones the narrow schema says the same as the whole. `required`, `additionalProperties` and the like stay.

use std::collections::HashSet;

use serde_json::{Map, Value};

/// Names of fields, at whatever depth.
pub(crate) type Names<'a> = HashSet<&'a str>;

/// Adds the names of all fields of a value.
pub(super) fn add_names<'a>(value: &'a Value, names: &mut Names<'a>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                names.insert(name);
                add_names(value, names);
            }
        }
        Value::Array(items) => {
            for item in items {
                add_names(item, names);
            }
        }
        _ => {}
    }
}

/// The schema for values that have no fields but these. Annotations, such as descriptions, are left out too.
pub(crate) fn narrow(schema: &Value, names: &Names<'_>) -> Value {
    let Value::Object(keywords) = schema else { return schema.clone() };
    let each = |schemas: &Map<String, Value>| -> Value {
        schemas.iter().map(|(name, schema)| (name.clone(), narrow(schema, names))).collect()
    };
    let keyword = |(keyword, value): (&String, &Value)| {
        let value = match (keyword.as_str(), value) {
            ("default" | "description" | "examples", _) => return None,
            ("properties", Value::Object(properties)) => properties
                .iter()
                .filter(|(name, _)| names.contains(name.as_str()))
                .map(|(name, schema)| (name.clone(), narrow(schema, names)))
                .collect(),
            ("$defs" | "dependentSchemas" | "patternProperties", Value::Object(schemas)) => each(schemas),
            ("allOf" | "anyOf" | "oneOf" | "prefixItems", Value::Array(schemas)) => {
                schemas.iter().map(|schema| narrow(schema, names)).collect()
            }
            (
                "additionalProperties"
                | "contains"
                | "else"
                | "if"
                | "items"
                | "not"
                | "propertyNames"
                | "then"
                | "unevaluatedProperties",
                schema,
            ) => narrow(schema, names),
            (_, value) => value.clone(),
        };
        Some((keyword.clone(), value))
    };
    keywords.iter().filter_map(keyword).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Names, narrow};

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
        assert_eq!(narrow(&schema, &Names::from(["a", "b", "properties"])), narrowed);
    }
}
