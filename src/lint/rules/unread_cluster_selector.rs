//! Keys of a job's selector that nobody reads.

use crate::diagnostic::Severity;
use crate::json::{Map, Value};
use crate::lint::{Check, Findings, Group, RayJob, Rule};

pub(super) static RULE: Rule = Rule {
    name: "unread-cluster-selector",
    group: Group::Ray,
    summary: "a RayJob's `clusterSelector` has keys that KubeRay does not read",
    severity: Severity::Warning,
    page: include_str!("unread_cluster_selector.md"),
    check: Check::RayJob(check),
};

/// KubeRay looks up one key and takes the job's own namespace (`rayjob_controller.go`, `RayJobDefaultClusterSelectorKey`).
fn check(job: &RayJob<'_>, findings: &mut Findings<'_>) {
    let selector = job.get("/clusterSelector").and_then(Value::as_object);
    for key in selector.into_iter().flat_map(Map::keys).filter(|key| *key != "ray.io/cluster") {
        let pointer = format!("/clusterSelector/{}", key.replace('~', "~0").replace('/', "~1"));
        let message = format!("{} selects its cluster by `{key}`, which KubeRay does not read", job.what());
        findings
            .job(job, &pointer, message)
            .add_help("take it out: only `ray.io/cluster` counts, and the cluster stands in the job's own namespace");
    }
}
