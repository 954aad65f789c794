//! Which keys come first.
//!
//! A map keeps the order it was built in, but for one rule: the key a map or a list hangs under names a few keys which
//! lead, in that order. Our own structs already stand in reading order, so the rule is for the types of Kubernetes,
//! whose fields come alphabetically. Maps of free keys (labels, annotations, `data`, `matchLabels`, `limits`,
//! `rayStartParams`) hang under keys which are not listed here, so they are never reordered.

/// The leading keys of a document.
pub(super) const DOCUMENT: &[&str] = &["apiVersion", "kind", "metadata"];

/// The leading keys of a map under the key `holder`.
pub(super) fn of_map(holder: &str) -> &'static [&'static str] {
    match holder {
        "metadata" => &["name", "generateName", "namespace", "labels", "annotations"],
        "spec" => POD,
        "resources" => &["requests", "limits"],
        "secretKeyRef" | "configMapKeyRef" => &["name", "key"],
        _ => &[],
    }
}

/// The leading keys of each map in a list under the key `holder`.
pub(super) fn of_item(holder: &str) -> &'static [&'static str] {
    match holder {
        "containers" | "initContainers" => CONTAINER,
        "env" => &["name", "value", "valueFrom"],
        "ports" => &["name", "containerPort", "port", "targetPort", "protocol"],
        "tolerations" | "taints" | "startupTaints" => &["key", "operator", "value", "effect"],
        "paths" => &["path", "pathType", "backend"],
        "subjects" => &["kind", "name", "namespace"],
        _ => &["name", "key"],
    }
}

/// Fields of a `PodSpec` only, so that the `spec` of other kinds keeps its order.
const POD: &[&str] = &[
    "serviceAccountName",
    "automountServiceAccountToken",
    "imagePullSecrets",
    "priorityClassName",
    "schedulerName",
    "runtimeClassName",
    "restartPolicy",
    "terminationGracePeriodSeconds",
    "securityContext",
    "nodeSelector",
    "affinity",
    "tolerations",
    "topologySpreadConstraints",
    "initContainers",
    "containers",
    "volumes",
];

const CONTAINER: &[&str] = &[
    "name",
    "image",
    "imagePullPolicy",
    "restartPolicy",
    "command",
    "args",
    "workingDir",
    "env",
    "envFrom",
    "ports",
    "resources",
    "securityContext",
    "lifecycle",
    "startupProbe",
    "livenessProbe",
    "readinessProbe",
    "volumeMounts",
];
