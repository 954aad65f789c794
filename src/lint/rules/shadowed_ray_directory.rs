//! Storage over what Ray needs.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::storage::claimed;
use crate::lint::{Check, Findings, Group, Pod, Rule};

pub(super) static RULE: Rule = Rule {
    name: "shadowed-ray-directory",
    group: Group::Storage,
    summary: "a claim is mounted over a directory that Ray or its image needs",
    severity: Severity::Warning,
    page: include_str!("shadowed_ray_directory.md"),
    check: Check::Pod(check),
};

/// What is there, and what is lost.
const NEEDED: [(&str, &str); 4] = [
    ("/dev/shm", "Ray's object store, which must be memory"),
    ("/tmp/ray", "Ray's sessions with their sockets, which must be local"),
    ("/home/ray/anaconda3", "Python and Ray themselves"),
    ("/home/ray", "Python and Ray themselves"),
];

fn check(pod: &Pod<'_>, findings: &mut Findings<'_>) {
    if !matches!(pod.role, "head" | "worker") {
        return;
    }
    let claims: Vec<&str> = claimed(pod).map(|(_, volume, _)| volume).collect();
    let mounts = pod.get("/spec/containers/0/volumeMounts").and_then(Value::as_array);
    let mounts: Vec<&Value> = mounts.into_iter().flatten().collect();
    let path = |mount: &Value| mount["mountPath"].as_str().unwrap_or_default().trim_end_matches('/').to_owned();
    for (index, mount) in mounts.iter().enumerate() {
        let (name, own) = (mount["name"].as_str().unwrap_or_default(), path(mount));
        if !claims.contains(&name) {
            continue;
        }
        // Another mount further down puts the directory back, and two at one path are another rule's.
        let restored = |needed: &str| {
            let others = mounts.iter().enumerate().filter(|(other, _)| *other != index);
            others.map(|(_, other)| path(other)).any(|other| is_at_or_below(needed, &other))
        };
        let hidden = NEEDED.iter().find(|(needed, _)| is_at_or_below(needed, &own) && !restored(needed));
        if let Some((needed, what)) = hidden {
            let message = format!("{} mounts `{name}` at `{own}/`, over `{needed}`: {what}", pod.what());
            let pointer = format!("/spec/containers/0/volumeMounts/{index}/mountPath");
            findings.pod(pod, &pointer, message).add_help("mount it elsewhere, such as at `/mnt/data`");
        }
    }
}

/// Whether `path` is `above`, or within it.
fn is_at_or_below(path: &str, above: &str) -> bool {
    path.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
