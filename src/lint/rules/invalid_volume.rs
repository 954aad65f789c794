//! Volumes that the API server refuses.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::{Check, Findings, Group, Pod, Rule};

pub(super) static RULE: Rule = Rule {
    name: "invalid-volume",
    group: Group::Pod,
    summary: "a volume has a source that the API server refuses",
    severity: Severity::Error,
    page: include_str!("invalid_volume.md"),
    check: Check::Pod(check),
};

/// What each source must name.
const REQUIRED: [(&str, &str); 8] = [
    ("csi", "driver"),
    ("flexVolume", "driver"),
    ("hostPath", "path"),
    ("image", "reference"),
    ("nfs", "path"),
    ("nfs", "server"),
    ("persistentVolumeClaim", "claimName"),
    ("gcePersistentDisk", "pdName"),
];

fn check(pod: &Pod<'_>, findings: &mut Findings<'_>) {
    let volumes = pod.get("/spec/volumes").and_then(Value::as_array);
    for (index, volume) in volumes.into_iter().flatten().enumerate() {
        if let Some(problem) = problem(volume) {
            let name = volume["name"].as_str().unwrap_or_default();
            let message = format!("volume `{name}` of {} {problem}", pod.what());
            findings.pod(pod, &format!("/spec/volumes/{index}"), message);
        }
    }
    for (pointer, container) in pod.all_containers() {
        for (index, mount) in container["volumeMounts"].as_array().into_iter().flatten().enumerate() {
            let climbs = |key: &str| mount[key].as_str().is_some_and(climbs);
            let problem = if climbs("subPath") || climbs("subPathExpr") {
                "has a `subPath` that leaves the volume"
            } else if ["subPath", "subPathExpr"]
                .iter()
                .all(|key| mount[*key].as_str().is_some_and(|path| !path.is_empty()))
            {
                "has both `subPath` and `subPathExpr`"
            } else {
                continue;
            };
            let message = format!("a volume mount of {} {problem}", pod.what());
            findings.pod(pod, &format!("{pointer}/volumeMounts/{index}"), message);
        }
    }
}

/// `validateLocalDescendingPath`: relative, and never upwards.
fn climbs(path: &str) -> bool {
    path.starts_with('/') || upwards(path)
}

fn upwards(path: &str) -> bool {
    path.split('/').any(|part| part == "..")
}

fn problem(volume: &Value) -> Option<String> {
    for (source, field) in REQUIRED {
        if volume[source].is_object() && volume[source][field].as_str().unwrap_or_default().is_empty() {
            return Some(format!("is a `{source}` without `{field}`"));
        }
    }
    if volume["hostPath"]["path"].as_str().is_some_and(upwards) {
        return Some("has a `hostPath` with `..` in it".to_owned());
    }
    for source in ["configMap", "secret"] {
        for item in volume[source]["items"].as_array().into_iter().flatten() {
            let (key, path) = (item["key"].as_str().unwrap_or_default(), item["path"].as_str().unwrap_or_default());
            if key.is_empty() || path.is_empty() || climbs(path) {
                return Some(format!("puts key `{key}` at `{path}`, which is no path in the volume"));
            }
        }
        let mode = volume[source]["defaultMode"].as_i64();
        if let Some(mode) = mode.filter(|mode| !(0..=0o777).contains(mode)) {
            return Some(format!("has a `defaultMode` of {mode}, which is not from 0 to 511 (octal 0777)"));
        }
    }
    None
}
