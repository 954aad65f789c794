//! Cross-field rules that the cluster checks and field schemas do not say, restated as JSON Schema.
//!
//! Each rule becomes one entry of an `allOf` with our sentence as its `title`; validation shows that sentence
//! instead of the keyword that failed. Two keywords go beyond JSON Schema: `x-compare` orders two values of an
//! object, `x-unique` says which items of a list must differ.

mod ingress;
mod karpenter;
mod pod;
mod ray;

use semver::Version;
use serde_json::{Map, Value, json};

/// A rule at a place in a schema.
struct Rule {
    /// Dotted field names, `[]` for the items of a list; a leading `**` stands for any path. In schemas with
    /// `$defs` of their own, the name of a definition stands first.
    at: &'static str,
    /// What holds, as the diagnostic says it: lower case, no full stop.
    says: String,
    /// The condition.
    schema: Value,
}

fn rule(at: &'static str, says: impl Into<String>, schema: Value) -> Rule {
    Rule { at, says: says.into(), schema }
}

/// Adds the rules of a kind, as of `release` of the project that serves it, to an imported schema.
pub fn restate(kind: &str, release: &Version, schema: &mut Value) {
    let rules = match kind {
        "NodePool" => karpenter::node_pool(release),
        "EC2NodeClass" => karpenter::node_class(),
        "RayCluster" | "RayJob" | "RayService" | "RayCronJob" => ray::rules(),
        "Ingress" => ingress::rules(),
        // Flux, kustomize-controller 1.9: the remote cluster comes from one place.
        "Kustomization" => vec![rule(
            "spec.kubeConfig",
            "`kubeConfig` needs exactly one of `configMapRef` and `secretRef`",
            exactly_one(&["configMapRef", "secretRef"]),
        )],
        _ => Vec::new(),
    };
    apply(schema, "", &rules);
    pod::restate(schema);
}

/// Adds only what the API server checks in pods, to a schema that brings the rules of its CRD.
pub fn restate_pods(schema: &mut Value) {
    pod::restate(schema);
}

fn apply(schema: &mut Value, path: &str, rules: &[Rule]) {
    for rule in rules.iter().filter(|rule| matches(rule.at, path)) {
        add(schema, &rule.says, rule.schema.clone());
    }
    for children in ["properties", "$defs"] {
        if let Some(Value::Object(children)) = schema.get_mut(children) {
            for (name, child) in children {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                apply(child, &path, rules);
            }
        }
    }
    if let Some(items) = schema.get_mut("items") {
        apply(items, &format!("{path}[]"), rules);
    }
}

fn matches(at: &str, path: &str) -> bool {
    at.strip_prefix("**").map_or(at == path, |suffix| path.ends_with(suffix))
}

/// Appends a rule to the `allOf` of a schema.
fn add(schema: &mut Value, says: &str, mut rule: Value) {
    rule["title"] = json!(says);
    match &mut schema["allOf"] {
        Value::Array(rules) => rules.push(rule),
        absent => *absent = json!([rule]),
    }
}

fn exactly_one(fields: &[&str]) -> Value {
    json!({ "oneOf": fields.iter().map(|field| json!({ "required": [field] })).collect::<Vec<_>>() })
}

fn at_least_one(fields: &[&str]) -> Value {
    json!({ "anyOf": fields.iter().map(|field| json!({ "required": [field] })).collect::<Vec<_>>() })
}

/// Holds where `field` stands together with any of `others`.
fn together(field: &str, others: &[&str]) -> Value {
    json!({ "required": [field], "anyOf": others.iter().map(|other| json!({ "required": [other] })).collect::<Vec<_>>() })
}

/// A condition on a field that is present.
fn has(field: &str, condition: Value) -> Value {
    let properties = Map::from_iter([(field.to_owned(), condition)]);
    json!({ "required": [field], "properties": properties })
}
