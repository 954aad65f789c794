//! Directories of buckets, which come and go.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::storage::{S3, claimed};
use crate::lint::{Check, Findings, Group, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "sub-path-on-bucket",
    group: Group::Storage,
    summary: "a directory of a bucket is mounted, which exists only while it has objects",
    severity: Severity::Warning,
    page: include_str!("sub_path_on_bucket.md"),
    check: Check::Everything(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let claims = subject.claims();
    for pod in subject.pods() {
        let on_s3 = |claim| claims.get(pod, claim).is_some_and(|claim| claim.driver() == Some(S3));
        let buckets: Vec<&str> =
            claimed(pod).filter(|(_, _, claim)| on_s3(claim)).map(|(_, volume, _)| volume).collect();
        if buckets.is_empty() {
            continue;
        }
        for (pointer, container) in pod.all_containers() {
            for (index, mount) in container["volumeMounts"].as_array().into_iter().flatten().enumerate() {
                let volume = mount["name"].as_str().unwrap_or_default();
                let path = mount["subPath"].as_str().or_else(|| mount["subPathExpr"].as_str()).unwrap_or_default();
                if path.is_empty() || !buckets.contains(&volume) {
                    continue;
                }
                let key = if mount.get("subPath").is_some_and(Value::is_string) { "subPath" } else { "subPathExpr" };
                let message = format!("{} mounts directory `{path}` of bucket volume `{volume}`", pod.what());
                findings
                    .pod(pod, &format!("{pointer}/volumeMounts/{index}/{key}"), message)
                    .add_help(format!("give the storage `prefix = \"{path}/\"` and mount all of it"));
            }
        }
    }
}
