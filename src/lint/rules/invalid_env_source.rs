//! Sources of environment variables that the API server refuses.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::{Check, Findings, Group, Pod, Rule};

pub(super) static RULE: Rule = Rule {
    name: "invalid-env-source",
    group: Group::Pod,
    summary: "an environment variable reads from a source that the API server refuses",
    severity: Severity::Error,
    page: include_str!("invalid_env_source.md"),
    check: Check::Pod(check),
};

/// `validEnvDownwardAPIFieldPathExpressions`; labels and annotations are read one by one.
const FIELDS: [&str; 9] = [
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];
const SOURCES: [&str; 5] = ["configMapKeyRef", "fieldRef", "fileKeyRef", "resourceFieldRef", "secretKeyRef"];

fn check(pod: &Pod<'_>, findings: &mut Findings<'_>) {
    for (pointer, container) in pod.all_containers() {
        for (index, variable) in container["env"].as_array().into_iter().flatten().enumerate() {
            let Some(source) = variable.get("valueFrom").filter(|source| source.is_object()) else { continue };
            if let Some(problem) = of_variable(source) {
                let name = variable["name"].as_str().unwrap_or_default();
                let message = format!("variable `{name}` of {} {problem}", pod.what());
                findings.pod(pod, &format!("{pointer}/env/{index}"), message);
            }
        }
        for (index, source) in container["envFrom"].as_array().into_iter().flatten().enumerate() {
            let given = ["configMapRef", "secretRef"].map(|key| &source[key]);
            let problem = match given.iter().filter(|reference| reference.is_object()).count() {
                0 => "reads from nothing: it needs `configMapRef` or `secretRef`",
                1 if given.iter().any(|reference| is_nameless(reference)) => "reads from a source without a name",
                1 => continue,
                _ => "reads from a ConfigMap and a Secret at once",
            };
            let message = format!("`envFrom` of {} {problem}", pod.what());
            findings.pod(pod, &format!("{pointer}/envFrom/{index}"), message);
        }
    }
}

fn is_nameless(reference: &Value) -> bool {
    reference.is_object() && reference["name"].as_str().unwrap_or_default().is_empty()
}

/// `validateEnvVarValueFrom`.
fn of_variable(source: &Value) -> Option<String> {
    let present: Vec<&str> = SOURCES.into_iter().filter(|key| source[*key].is_object()).collect();
    let [one] = present.as_slice() else {
        return Some(match present.len() {
            0 => "reads from nothing".to_owned(),
            _ => format!("reads from more than one source: {}", present.join(", ")),
        });
    };
    let reference = &source[*one];
    match *one {
        "secretKeyRef" | "configMapKeyRef" => {
            let key = reference["key"].as_str().unwrap_or_default();
            if is_nameless(reference) {
                Some(format!("reads from a `{one}` without a name"))
            } else if key.is_empty()
                || key.len() > 253
                || !key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
            {
                Some(format!("reads key `{key}`, which no Secret or ConfigMap can have"))
            } else {
                None
            }
        }
        "fieldRef" => {
            let field = reference["fieldPath"].as_str().unwrap_or_default();
            let of_map = field.starts_with("metadata.labels['") || field.starts_with("metadata.annotations['");
            (!of_map && !FIELDS.contains(&field)).then(|| format!("reads field `{field}`, which variables cannot read"))
        }
        "resourceFieldRef" => {
            let resource = reference["resource"].as_str().unwrap_or_default();
            let known = resource.split_once('.').is_some_and(|(list, name)| {
                let standard = matches!(name, "cpu" | "memory" | "ephemeral-storage") || name.starts_with("hugepages-");
                matches!(list, "limits" | "requests") && standard
            });
            (!known).then(|| format!("reads resource `{resource}`, which variables cannot read"))
        }
        _ => None,
    }
}
