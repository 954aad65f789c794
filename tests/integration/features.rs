//! `docs/features.md` is true: its keys exist, its examples show them, and what it lacks is what is known to lack.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use raygen::spec::schema::SpecSchema;
use serde_json::Value;

const DOCS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs");

/// A row of the table.
struct Row {
    feature: String,
    keys: String,
    shown_by: String,
}

fn rows() -> Vec<Row> {
    let text = fs::read_to_string(Path::new(DOCS).join("features.md")).unwrap();
    let rows = text.lines().filter_map(|line| {
        let cells: Vec<&str> = line.strip_prefix("| ")?.strip_suffix('|')?.split(" |").map(str::trim).collect();
        let [feature, keys, shown_by, ..] = cells[..] else { panic!("three columns: {line}") };
        Some(Row { feature: feature.to_owned(), keys: keys.to_owned(), shown_by: shown_by.to_owned() })
    });
    rows.filter(|row| row.feature != "feature" && !row.feature.starts_with("**")).collect()
}

/// What stands between backticks.
fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// Paths of the links.
fn links(text: &str) -> Vec<&str> {
    text.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0)).collect()
}

/// The schema that a reference means.
fn followed<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str().and_then(|target| target.strip_prefix('#')) {
        Some(pointer) => root.pointer(pointer).expect("a committed schema refers to itself"),
        None => schema,
    }
}

/// What a table has under a key, or each table or element in it: names of workloads and groups stand for themselves.
fn below<'a>(root: &'a Value, schema: &'a Value, key: &str) -> Option<&'a Value> {
    let schema = followed(root, schema);
    let inner =
        || ["additionalProperties", "items"].iter().find_map(|word| schema[*word].as_object().map(|_| &schema[*word]));
    schema["properties"].get(key).or_else(|| below(root, inner()?, key))
}

/// Whether the path of a key stands anywhere in the schema.
fn has_key(root: &Value, schema: &Value, path: &[&str]) -> bool {
    let whole = || path.iter().try_fold(schema, |schema, key| below(root, schema, key)).is_some();
    match schema {
        Value::Object(object) => {
            object.get("properties").is_some_and(|_| whole()) || object.values().any(|value| has_key(root, value, path))
        }
        Value::Array(items) => items.iter().any(|item| has_key(root, item, path)),
        _ => false,
    }
}

#[test]
fn features_have_keys_that_exist() {
    let roots = SpecSchema::ALL.map(|schema| serde_json::from_str::<Value>(schema.text()).unwrap());
    for row in rows() {
        for key in quoted(&row.keys) {
            let path: Vec<&str> = key.split('.').collect();
            let exists = roots.iter().any(|root| has_key(root, root, &path));
            assert!(exists, "{}: no spec has the key `{key}`", row.feature);
        }
    }
}

#[test]
fn features_are_shown_by_files_that_exist() {
    for row in rows().iter().filter(|row| row.keys != "not yet") {
        let links = links(&row.shown_by);
        assert!(!row.keys.is_empty() && !links.is_empty(), "{}: nothing shows it", row.feature);
        for link in links {
            let text = fs::read_to_string(Path::new(DOCS).join(link)).unwrap_or_else(|error| panic!("{link}: {error}"));
            let mut names = quoted(&row.keys).into_iter().filter_map(|key| key.rsplit('.').next()).peekable();
            let shows = names.peek().is_none() || names.any(|name| text.contains(name));
            assert!(shows, "{}: {link} has none of its keys", row.feature);
        }
    }
}

#[test]
fn examples_show_every_key_of_their_rows_together() {
    for row in rows().iter().filter(|row| row.keys != "not yet") {
        let texts: String =
            links(&row.shown_by).iter().map(|link| fs::read_to_string(Path::new(DOCS).join(link)).unwrap()).collect();
        for key in quoted(&row.keys) {
            let name = key.rsplit('.').next().unwrap();
            assert!(texts.contains(name), "{}: none of its files has `{name}`", row.feature);
        }
    }
}

#[test]
fn only_these_features_are_to_come() {
    let rows = rows();
    let missing: BTreeSet<&str> =
        rows.iter().filter(|row| row.keys == "not yet").map(|row| row.feature.as_str()).collect();
    let known = [
        "Neuron",
        "EFA",
        "Capacity blocks and placement groups",
        "EKS Auto Mode",
        "Queues",
        "Fluent Bit",
        "`_templates`",
    ];
    assert_eq!(missing, BTreeSet::from(known));
}
