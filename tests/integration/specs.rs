//! Editor schemas: derived from the types, complete, and current in `schemas/`.

use raygen::resolve;
use raygen::spec::schema::SpecSchema;
use serde_json::Value;

/// `BLESS=1 cargo test` rewrites them.
#[test]
fn the_committed_schemas_are_what_the_types_say() {
    for schema in SpecSchema::ALL {
        let text = schema.generate(resolve::built_in());
        if std::env::var_os("BLESS").is_some() {
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/").to_owned() + schema.file_name();
            std::fs::write(path, &text).expect("schemas/ is writable");
        } else {
            assert_eq!(schema.text(), text, "schemas/{} is stale: run BLESS=1 cargo test", schema.file_name());
        }
    }
}

#[test]
fn every_key_has_a_description() {
    for schema in SpecSchema::ALL {
        let root: Value = serde_json::from_str(schema.text()).expect("a committed schema is JSON");
        each_property(&root, &mut |key, property| {
            assert!(property["description"].is_string(), "{}: `{key}` has no description", schema.file_name());
        });
    }
}

/// What editors say about a value that fits none of several alternatives helps nobody, and TOML has no null.
#[test]
fn schemas_have_neither_alternatives_nor_null() {
    for schema in SpecSchema::ALL {
        for word in ["\"anyOf\"", "\"oneOf\"", "null"] {
            assert!(!schema.text().contains(word), "{} has {word}", schema.file_name());
        }
    }
}

#[test]
fn schemas_tell_defaults_choices_and_examples() {
    let root: Value = serde_json::from_str(SpecSchema::Team.text()).expect("a committed schema is JSON");
    let groups = &root["$defs"]["WorkerGroup"]["properties"];
    assert_eq!(groups["ephemeral-storage"]["default"], "50Gi");
    assert_eq!(groups["cpu"]["examples"][0], 6);
    assert_eq!(root["$defs"]["CapacityType"]["enum"], serde_json::json!(["spot", "on-demand", "reserved"]));
    assert_eq!(root["$defs"]["Head"]["properties"].get("max"), None, "a head has no replicas");
}

fn each_property(schema: &Value, visit: &mut impl FnMut(&str, &Value)) {
    match schema {
        Value::Object(object) => {
            if let Some(Value::Object(properties)) = object.get("properties") {
                properties.iter().for_each(|(key, property)| visit(key, property));
            }
            object.values().for_each(|value| each_property(value, visit));
        }
        Value::Array(items) => items.iter().for_each(|item| each_property(item, visit)),
        _ => {}
    }
}
