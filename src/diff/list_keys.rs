//! The fields by which Kubernetes tells the items of a list apart.

use std::collections::BTreeSet;

use crate::json::Value;

/// Lists by the name of their field, and the fields of their items' keys; the first that suits the items counts. An item
/// must have the first field of a key. One that lacks another has the API's default, or nothing, there.
///
/// Most are the API's own (`x-kubernetes-list-map-keys`); a test compares. The lists marked as atomic are replaced whole by
/// the API server, but people know their items by these keys too.
#[rustfmt::skip]
pub const KEYS: &[(&str, &[&str])] = &[
    // Pods (Kubernetes `core/v1`, PodSpec and Container).
    ("containers",                &["name"]),
    ("initContainers",            &["name"]),
    ("ephemeralContainers",       &["name"]),
    ("env",                       &["name"]),
    ("ports",                     &["containerPort", "protocol"]),
    ("ports",                     &["port", "protocol"]),
    ("ports",                     &["name"]),
    ("volumes",                   &["name"]),
    ("volumeMounts",              &["mountPath"]),
    ("volumeDevices",             &["devicePath"]),
    ("imagePullSecrets",          &["name"]),
    ("hostAliases",               &["ip"]),
    ("topologySpreadConstraints", &["topologyKey", "whenUnsatisfiable"]),
    ("schedulingGates",           &["name"]),
    ("resourceClaims",            &["name"]),
    ("claims",                    &["name"]),
    ("tolerations",               &["key", "effect"]),       // atomic
    // Services, their conditions, ServiceAccounts and RBAC.
    ("conditions",                &["type"]),
    ("secrets",                   &["name"]),
    ("subjects",                  &["name"]),                // atomic
    // Ray. `workerGroupSpecs` is atomic, which KubeRay issue 4840 wants to change.
    ("workerGroupSpecs",          &["groupName"]),
    ("workerGroups",              &["groupName"]),
    // Karpenter. All of these are atomic. A bound has two requirements of one key: `Gt` and `Lt`.
    ("requirements",              &["key", "operator"]),
    ("taints",                    &["key", "effect"]),
    ("startupTaints",             &["key", "effect"]),
    ("blockDeviceMappings",       &["deviceName"]),
    ("matchExpressions",          &["key", "operator"]),
    // Prometheus operator, Gateway API, External Secrets, Argo CD, Ingress.
    ("groups",                    &["name"]),
    ("podMetricsEndpoints",       &["port"]),                // atomic
    ("endpoints",                 &["port"]),                // atomic
    ("rules",                     &["alert"]),               // atomic
    ("rules",                     &["host"]),                // atomic
    ("rules",                     &["name"]),
    ("paths",                     &["path", "pathType"]),    // atomic
    ("set",                       &["name"]),
    ("add",                       &["name"]),
    ("headers",                   &["name"]),
    ("queryParams",               &["name"]),
    ("data",                      &["secretKey"]),           // atomic
];

/// All keys that lists of this name can have.
pub fn alternatives(list: &str) -> impl Iterator<Item = &'static [&'static str]> {
    KEYS.iter().filter(move |(name, _)| *name == list).map(|(_, by)| *by)
}

/// The first key that every item of both lists has, and no two of one list share.
pub(super) fn choose(list: &str, old: &[Value], new: &[Value]) -> Option<&'static [&'static str]> {
    let suits = |by: &&'static [&'static str], items: &[Value]| {
        let keys: Option<BTreeSet<String>> = items.iter().map(|item| key(by, item)).collect();
        keys.is_some_and(|keys| keys.len() == items.len())
    };
    alternatives(list).find(|by| suits(by, old) && suits(by, new))
}

/// The item's key, if it has one.
pub(super) fn key(by: &[&str], item: &Value) -> Option<String> {
    item.get(by.first()?)?;
    let parts = by.iter().map(|field| match item.get(field) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        // The API's default for every port (`core/v1`, ContainerPort and ServicePort).
        None if *field == "protocol" => "TCP".to_owned(),
        _ => String::new(),
    });
    Some(parts.collect::<Vec<_>>().join("/"))
}
