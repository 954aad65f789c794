//! Schemas of the core kinds, from the types of `k8s-openapi`.

use k8s_openapi::Resource;
use k8s_openapi::api::{
    batch::v1::Job,
    core::v1::{
        ConfigMap, LimitRange, Namespace, PersistentVolume, PersistentVolumeClaim, Pod, PodTemplate, ResourceQuota,
        Secret, Service, ServiceAccount,
    },
    networking::v1::{Ingress, NetworkPolicy},
    policy::v1::PodDisruptionBudget,
    rbac::v1::{Role, RoleBinding},
    storage::v1::StorageClass,
};
use raygen::schema::{common, import, restated};
use schemars::{JsonSchema, generate::SchemaSettings};
use semver::Version;
use serde_json::{Map, Value, json};

/// The release whose types `k8s-openapi` gives us, feature `v1_36`.
pub(crate) const KUBERNETES: &str = "kubernetes-1.36";

/// Every core kind we render or check: its name and its schema.
pub(crate) fn schemas() -> Vec<(&'static str, Value)> {
    vec![
        schema::<ConfigMap>(),
        schema::<Ingress>(),
        schema::<Job>(),
        schema::<LimitRange>(),
        schema::<Namespace>(),
        schema::<NetworkPolicy>(),
        schema::<PersistentVolume>(),
        schema::<PersistentVolumeClaim>(),
        schema::<Pod>(),
        schema::<PodDisruptionBudget>(),
        schema::<PodTemplate>(),
        schema::<ResourceQuota>(),
        schema::<Role>(),
        schema::<RoleBinding>(),
        schema::<Secret>(),
        schema::<Service>(),
        schema::<ServiceAccount>(),
        schema::<StorageClass>(),
    ]
}

fn schema<K: JsonSchema + Resource>() -> (&'static str, Value) {
    let mut schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<K>().to_value();
    let definitions = schema.as_object_mut().and_then(|schema| schema.remove("$defs"));
    let definitions = match definitions {
        Some(Value::Object(definitions)) => definitions,
        _ => Map::new(),
    };
    let mut kept = definitions
        .iter()
        .filter_map(|(name, definition)| Some((short(name), convert(definition, short(name))?)))
        .map(|(name, definition)| (name.to_owned(), definition))
        .collect::<Map<_, _>>();
    let mut schema = convert(&schema, K::KIND).expect("a kind is no leaf type");
    let properties = &mut schema["properties"];
    properties["apiVersion"] = json!({ "const": K::API_VERSION });
    properties["kind"] = json!({ "const": K::KIND });
    properties["metadata"] = common::object_meta();
    if properties.get("status").is_some() {
        properties["status"] = json!(true);
    }
    schema["required"] = json!(["apiVersion", "kind", "metadata"]);
    if let Some(metadata) = kept.get_mut("ObjectMeta") {
        *metadata = common::object_meta();
        metadata.as_object_mut().expect("object metadata is a mapping").remove("allOf");
    }
    schema["$defs"] = kept.into();
    restrict(K::KIND, &mut schema);
    restated::restate(K::KIND, &Version::new(1, 36, 0), &mut schema);
    drop_unused(&mut schema);
    schema["$schema"] = json!(import::DIALECT);
    schema.sort_all_objects();
    (K::KIND, schema)
}

fn short(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// `None` for the types that [`leaf`] writes in place.
fn convert(source: &Value, name: &str) -> Option<Value> {
    if leaf(name).is_some() {
        return None;
    }
    Some(node(source))
}

/// Types that say less in `OpenAPI` than the API server reads.
fn leaf(name: &str) -> Option<Value> {
    match name {
        "Quantity" => Some(common::quantity()),
        "IntOrString" => Some(json!({ "type": ["integer", "string"] })),
        "Time" | "MicroTime" => Some(json!({ "type": "string", "pattern": import::DATE_TIME })),
        _ => None,
    }
}

fn node(source: &Value) -> Value {
    let Some(source) = source.as_object() else { return source.clone() };
    if let Some(reference) = reference(source) {
        return leaf(short(reference)).unwrap_or_else(|| json!({ "$ref": format!("#/$defs/{}", short(reference)) }));
    }
    let mut schema = Map::new();
    for keyword in ["type", "required", "enum", "minimum", "maximum"] {
        if let Some(value) = source.get(keyword) {
            schema.insert(keyword.into(), without_null(value));
        }
    }
    match source.get("format").and_then(Value::as_str) {
        Some("int32") => bound(&mut schema, i64::from(i32::MIN), i64::from(i32::MAX)),
        Some("int64") => bound(&mut schema, i64::MIN, i64::MAX),
        Some("byte") => {
            schema.insert("pattern".into(), json!(import::BYTE));
        }
        _ => {}
    }
    if let Some(Value::Object(properties)) = source.get("properties") {
        let properties = properties.iter().map(|(name, property)| (name.clone(), node(property)));
        schema.insert("properties".into(), properties.collect::<Map<_, _>>().into());
        schema.insert("additionalProperties".into(), json!(false));
    }
    if let Some(values) = source.get("additionalProperties") {
        schema.insert("additionalProperties".into(), node(values));
    }
    if let Some(items) = source.get("items") {
        schema.insert("items".into(), node(items));
    }
    schema.into()
}

/// schemars writes an optional reference as `anyOf` of the reference and null.
fn reference(source: &Map<String, Value>) -> Option<&str> {
    let branches = ["anyOf", "allOf", "oneOf"].iter().filter_map(|keyword| source.get(*keyword)?.as_array()).flatten();
    std::iter::once(source.get("$ref"))
        .chain(branches.map(|branch| branch.get("$ref")))
        .flatten()
        .find_map(Value::as_str)
}

/// A null in a manifest is the same as an absent field, so it is dropped before validation.
fn without_null(value: &Value) -> Value {
    match value {
        Value::Array(values) if values.contains(&json!("null")) => {
            let rest = values.iter().filter(|value| *value != "null").cloned().collect::<Vec<_>>();
            if let [only] = rest.as_slice() { only.clone() } else { rest.into() }
        }
        other => other.clone(),
    }
}

fn bound(schema: &mut Map<String, Value>, lowest: i64, highest: i64) {
    schema.insert("minimum".into(), json!(lowest));
    schema.insert("maximum".into(), json!(highest));
}

/// Facts that the API server's validation (`pkg/apis/*/validation`) adds to the types.
fn restrict(kind: &str, schema: &mut Value) {
    let mut field = |definition: &str, field: &str, restriction: Value| {
        let field = &mut schema["$defs"][definition]["properties"][field];
        assert!(field.is_object(), "{kind} has no {definition}.{field}");
        for (keyword, value) in restriction.as_object().expect("a restriction is a mapping") {
            field[keyword] = value.clone();
        }
    };
    match kind {
        // pkg/apis/networking/validation: ValidateIngressSpec.
        "Ingress" => {
            field("HTTPIngressPath", "pathType", json!({ "enum": ["Exact", "Prefix", "ImplementationSpecific"] }));
        }
        // pkg/apis/networking/validation: ValidateNetworkPolicySpec.
        "NetworkPolicy" => {
            field(
                "NetworkPolicySpec",
                "policyTypes",
                json!({ "items": { "enum": ["Ingress", "Egress"] }, "maxItems": 2 }),
            );
            field("NetworkPolicyPort", "protocol", json!({ "enum": ["TCP", "UDP", "SCTP"] }));
        }
        // pkg/apis/policy/validation: ValidatePodDisruptionBudgetSpec.
        "PodDisruptionBudget" => {
            field(
                "PodDisruptionBudgetSpec",
                "unhealthyPodEvictionPolicy",
                json!({ "enum": ["IfHealthyBudget", "AlwaysAllow"] }),
            );
        }
        // pkg/apis/core/validation: supportedAccessModes, supportedReclaimPolicy, supportedVolumeModes.
        "PersistentVolume" => {
            let modes = json!({ "enum": ["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"] });
            field("PersistentVolumeSpec", "accessModes", json!({ "minItems": 1, "items": modes }));
            field(
                "PersistentVolumeSpec",
                "persistentVolumeReclaimPolicy",
                json!({ "enum": ["Delete", "Recycle", "Retain"] }),
            );
            field("PersistentVolumeSpec", "volumeMode", json!({ "enum": ["Block", "Filesystem"] }));
            schema["$defs"]["PersistentVolumeSpec"]["required"] = json!(["accessModes", "capacity"]);
        }
        "PersistentVolumeClaim" => {
            let modes = json!({ "enum": ["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"] });
            field("PersistentVolumeClaimSpec", "accessModes", json!({ "minItems": 1, "items": modes }));
            field("PersistentVolumeClaimSpec", "volumeMode", json!({ "enum": ["Block", "Filesystem"] }));
            schema["$defs"]["PersistentVolumeClaimSpec"]["required"] = json!(["accessModes", "resources"]);
        }
        _ => {}
    }
}

/// Drops definitions that nothing refers to any more, such as those of the status.
fn drop_unused(schema: &mut Value) {
    loop {
        let text = schema.to_string();
        let Some(Value::Object(definitions)) = schema.get_mut("$defs") else { return };
        let before = definitions.len();
        definitions.retain(|name, _| text.contains(&format!("\"#/$defs/{name}\"")));
        if definitions.len() == before {
            if before == 0 {
                schema.as_object_mut().expect("a schema is a mapping").remove("$defs");
            }
            return;
        }
    }
}
