//! Semantic diffs: what they say of objects, and that they leave nothing out.

use std::collections::BTreeSet;

use proptest::prelude::*;
use raygen::diff::{Edit, alternatives, apply, changes};
use raygen::json;
use raygen::json::Value;
use raygen::schema::catalog::CATALOG;

/// "path: old → new" of every change.
fn shown(old: &Value, new: &Value) -> Vec<String> {
    let found = changes(old, new);
    assert_eq!(apply(old, &found).as_ref(), Some(new), "the changes make the new object: {found:#?}");
    let show = |change: &raygen::diff::Change| match &change.edit {
        Edit::Added(value) => format!("+ {}: {value}", change.path),
        Edit::Removed(value) => format!("- {}: {value}", change.path),
        Edit::Replaced { old, new } => format!("{}: {old} → {new}", change.path),
        Edit::Reordered { old, new, .. } => format!("{}: {} → {}", change.path, old.join(" "), new.join(" ")),
    };
    found.iter().map(show).collect()
}

#[test]
fn items_are_known_by_their_keys() {
    let container = |env: Value, ports: Value| {
        json!({"spec": {"workerGroupSpecs": [{"groupName": "gpu", "template": {"spec": {"containers": [
            {"name": "ray-worker", "env": env, "ports": ports}]}}}]}})
    };
    let old = container(
        json!([{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]),
        json!([{"containerPort": 80, "name": "a"}]),
    );
    let new = container(
        json!([{"name": "B", "value": "3"}, {"name": "C", "value": "4"}]),
        json!([{"containerPort": 80, "name": "b", "protocol": "TCP"}]),
    );
    let worker = "spec.workerGroupSpecs[gpu].template.spec.containers[ray-worker]";
    assert_eq!(
        shown(&old, &new),
        [
            format!("- {worker}.env[A]: {}", json!({"name": "A", "value": "1"})),
            format!("{worker}.env[B].value: \"2\" → \"3\""),
            format!("+ {worker}.env[C]: {}", json!({"name": "C", "value": "4"})),
            format!("{worker}.ports[80/TCP].name: \"a\" → \"b\""),
            format!("+ {worker}.ports[80/TCP].protocol: \"TCP\""),
        ]
    );
}

#[test]
fn reordering_is_called_so() {
    let groups = |names: &[&str]| {
        let groups: Vec<Value> = names.iter().map(|name| json!({"groupName": name, "maxReplicas": 1})).collect();
        json!({ "workerGroupSpecs": groups })
    };
    assert_eq!(shown(&groups(&["a", "b", "c"]), &groups(&["c", "a", "b"])), ["workerGroupSpecs: a b c → c a b"]);
    // At the end no order changes, in the middle it does.
    let d = json!({"groupName": "d", "maxReplicas": 1});
    assert_eq!(shown(&groups(&["a", "b"]), &groups(&["a", "b", "d"])), [format!("+ workerGroupSpecs[d]: {d}")]);
    assert_eq!(
        shown(&groups(&["a", "b"]), &groups(&["a", "d", "b"])),
        [format!("+ workerGroupSpecs[d]: {d}"), "workerGroupSpecs: a b d → a d b".to_owned()]
    );
    assert_eq!(shown(&json!({"values": ["a", "b"]}), &json!({"values": ["b", "a"]})), ["values: a b → b a"]);
}

/// Two bounds of one label are two requirements.
#[test]
fn bounds_are_told_apart() {
    let bounds = |least: &str, most: &str| {
        json!({"requirements": [
            {"key": "cpu", "operator": "Gt", "values": [least]},
            {"key": "cpu", "operator": "Lt", "values": [most]}]})
    };
    assert_eq!(shown(&bounds("1", "5"), &bounds("1", "9")), [r#"requirements[cpu/Lt].values: ["5"] → ["9"]"#]);
}

#[test]
fn keys_with_dots_are_quoted() {
    let annotated = |value: &str| json!({"metadata": {"annotations": {"karpenter.sh/do-not-disrupt": value}}});
    assert_eq!(
        shown(&annotated("true"), &annotated("30m")),
        [r#"metadata.annotations["karpenter.sh/do-not-disrupt"]: "true" → "30m""#]
    );
}

#[test]
fn lists_without_keys() {
    let budgets = |nodes: &str| json!({"budgets": [{"nodes": "100%"}, {"nodes": nodes}]});
    assert_eq!(shown(&budgets("1"), &budgets("2")), [r#"budgets[1].nodes: "1" → "2""#]);
    // Two variables of one name cannot be told apart.
    let env = |value: &str| json!({"env": [{"name": "A", "value": "1"}, {"name": "A", "value": value}]});
    assert_eq!(shown(&env("2"), &env("3")), [r#"env[1].value: "2" → "3""#]);
    assert_eq!(shown(&json!({"args": ["a"]}), &json!({"args": ["a", "b"]})), [r#"args: ["a"] → ["a","b"]"#]);
}

/// Every list that the API merges by keys is one that we know by the same keys.
#[test]
fn the_keys_are_the_apis() {
    let mut unknown = BTreeSet::new();
    for embedded in CATALOG {
        let schema: Value = serde_json::from_str(embedded.text).unwrap();
        collect(&schema, &schema, &mut |list, keys| {
            if !alternatives(list).any(|by| by == keys) {
                unknown.insert(format!("{list} by {keys:?} in {}", embedded.path));
            }
        });
    }
    assert!(unknown.is_empty(), "{unknown:#?}");
}

/// Calls back for each property that is a list with keys.
fn collect(root: &Value, schema: &Value, found: &mut dyn FnMut(&str, &[String])) {
    match schema {
        Value::Object(keywords) => {
            if let Some(Value::Object(properties)) = keywords.get("properties") {
                for (name, property) in properties {
                    let target = property["$ref"].as_str().and_then(|path| root.pointer(path.strip_prefix('#')?));
                    if let Some(keys) = target.unwrap_or(property)["x-kubernetes-list-map-keys"].as_array() {
                        let keys: Vec<String> = keys.iter().map(|key| key.as_str().unwrap().to_owned()).collect();
                        found(name, &keys);
                    }
                }
            }
            keywords.values().for_each(|below| collect(root, below, found));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(root, item, found)),
        _ => {}
    }
}

/// Values shaped like manifests: named lists, plain lists, maps, and everything where it should not be.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0..4_i32).prop_map(Value::from),
        "[a-c]{0,2}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 48, 5, |inner| {
        let keys = prop_oneof![
            Just("spec"),
            Just("env"),
            Just("ports"),
            Just("tolerations"),
            Just("workerGroupSpecs"),
            Just("args"),
            Just("a.b"),
        ];
        let item = ("[a-c]", "[a-c]", inner.clone()).prop_map(|(name, key, value)| {
            json!({"name": name, "groupName": name, "key": key, "containerPort": name, "value": value})
        });
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(item, 0..4).prop_map(Value::from),
            prop::collection::btree_map(keys, inner, 0..5)
                .prop_map(|fields| fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_differs_from_itself(value in value()) {
        prop_assert_eq!(changes(&value, &value), []);
    }

    #[test]
    fn the_changes_turn_the_old_into_the_new(old in value(), new in value()) {
        let found = changes(&old, &new);
        prop_assert_eq!(found.is_empty(), old == new);
        prop_assert_eq!(apply(&old, &found), Some(new));
    }
}
