//! Compares a finished schema with its CRD, path by path.
//!
//! It shares nothing with the importer but the facts: the CRD is read as the API server reads it, and ours as a
//! JSON Schema validator does.

use serde_json::{Map, Value, json};

/// Where ours differs from the CRD on purpose: what differs, and why.
const EXCEPTIONS: [(&str, &str); 2] = [
    (".metadata", "CRDs leave metadata to the API server, whose checks of ObjectMeta ours has"),
    (".status", "the API server ignores the status of a manifest; ours admits any"),
];

/// Every difference between the schemas, as `path: facet: of the CRD, ours`, and how many nodes were compared.
pub(crate) fn differences(crd: &Value, ours: &Value) -> (Vec<String>, usize) {
    let mut comparison = Comparison { root: ours, differences: Vec::new(), nodes: 0 };
    comparison.compare(crd, ours, "");
    (comparison.differences, comparison.nodes)
}

struct Comparison<'a> {
    root: &'a Value,
    differences: Vec<String>,
    nodes: usize,
}

impl Comparison<'_> {
    fn compare(&mut self, crd: &Value, ours: &Value, path: &str) {
        if EXCEPTIONS.iter().any(|(excepted, _)| path == *excepted) {
            return;
        }
        self.nodes += 1;
        let root = self.root;
        let ours = resolve(root, ours);
        for (facet, of_crd) in facets(crd, path) {
            let of_ours = our_facet(ours, facet);
            if of_crd != of_ours {
                self.differences.push(format!("{path}: {facet}: {of_crd} in the CRD, {of_ours} in ours"));
            }
        }
        let (none, known) = (Map::new(), Map::new());
        let of_crd = crd["properties"].as_object().unwrap_or(&none);
        let of_ours = ours["properties"].as_object().unwrap_or(&known);
        for name in of_ours.keys().filter(|name| !of_crd.contains_key(*name)) {
            self.differences.push(format!("{path}.{name}: only in ours"));
        }
        for (name, field) in of_crd {
            match of_ours.get(name) {
                // The type is the constant that says which schema this is.
                Some(_) if path.is_empty() && (name == "apiVersion" || name == "kind") => {}
                Some(ours) => self.compare(field, ours, &format!("{path}.{name}")),
                None => self.differences.push(format!("{path}.{name}: only in the CRD")),
            }
        }
        for (keyword, step) in [("items", "[]"), ("additionalProperties", ".*")] {
            match (crd.get(keyword), ours.get(keyword)) {
                (Some(crd @ Value::Object(_)), Some(ours @ Value::Object(_))) => {
                    self.compare(crd, ours, &format!("{path}{step}"));
                }
                (Some(Value::Object(_)), _) => {
                    self.differences.push(format!("{path}{step}: only in the CRD"));
                }
                (_, Some(Value::Object(_))) => {
                    self.differences.push(format!("{path}{step}: only in ours"));
                }
                _ => {}
            }
        }
    }
}

fn resolve<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(reference) => root.pointer(reference.trim_start_matches('#')).expect("a reference leads somewhere"),
        None => schema,
    }
}

/// Keywords that mean the same in both.
const SHARED: [&str; 9] = [
    "enum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
    "oneOf",
    "x-kubernetes-list-map-keys",
];

/// What the API server enforces at a node of the CRD.
fn facets(crd: &Value, path: &str) -> Vec<(&'static str, Value)> {
    let kind = crd["type"].as_str();
    let flag = |keyword: &str| crd[keyword] == json!(true);
    let mut types = match kind {
        _ if flag("x-kubernetes-int-or-string") => vec!["integer", "string"],
        Some(kind) => vec![kind],
        None => vec![],
    };
    if flag("nullable") {
        types.push("null");
    }
    let (lowest, highest) = match crd["format"].as_str() {
        Some("int32") if kind == Some("integer") => (json!(i32::MIN), json!(i32::MAX)),
        Some("int64") if kind == Some("integer") => (json!(i64::MIN), json!(i64::MAX)),
        _ => (Value::Null, Value::Null),
    };
    let bound = |keyword: &str, otherwise: Value| crd.get(keyword).cloned().unwrap_or(otherwise);
    let closed = kind == Some("object")
        && crd.get("additionalProperties").is_none()
        && !flag("x-kubernetes-preserve-unknown-fields");
    let pattern = match (crd["format"].as_str(), &crd["pattern"]) {
        (Some(format @ ("date-time" | "byte")), Value::Null) => json!(format),
        (_, pattern) => pattern.clone(),
    };
    let mut required = crd["required"].as_array().cloned().unwrap_or_default();
    required.retain(|name| crd["properties"][name.as_str().unwrap_or_default()].get("default").is_none());
    if path.is_empty() {
        required.extend(["apiVersion", "kind", "metadata"].map(Value::from));
    }
    let mut facets = vec![
        ("type", json!(types)),
        ("minimum", bound("minimum", lowest)),
        ("maximum", bound("maximum", highest)),
        ("pattern", pattern),
        ("required", sorted(required)),
        ("closed", json!(closed)),
        ("set", json!(crd["x-kubernetes-list-type"] == "set")),
    ];
    facets.extend(SHARED.map(|keyword| (keyword, crd[keyword].clone())));
    facets
}

/// The same facet of ours. Restated rules (`allOf` with a title) come on top and have reasons of their own.
fn our_facet(ours: &Value, facet: &str) -> Value {
    match facet {
        "type" => match &ours["type"] {
            Value::String(name) => json!([name]),
            Value::Null => json!([]),
            several => several.clone(),
        },
        "required" => sorted(ours["required"].as_array().cloned().unwrap_or_default()),
        "closed" => json!(ours["additionalProperties"] == json!(false)),
        "set" => json!(ours["x-kubernetes-list-type"] == "set"),
        "pattern" if ours["pattern"] == raygen::schema::import::DATE_TIME => json!("date-time"),
        "pattern" if ours["pattern"] == raygen::schema::import::BYTE => json!("byte"),
        keyword => ours[keyword].clone(),
    }
}

fn sorted(mut names: Vec<Value>) -> Value {
    names.sort_by_key(ToString::to_string);
    names.dedup();
    names.into()
}
