//! Idle timeouts below zero.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::{Check, Findings, Group, RayCluster, Rule};

pub(super) static RULE: Rule = Rule {
    name: "negative-idle-timeout",
    group: Group::Ray,
    summary: "an idle timeout is negative",
    severity: Severity::Error,
    page: include_str!("negative_idle_timeout.md"),
    check: Check::RayCluster(check),
};

fn check(cluster: &RayCluster<'_>, findings: &mut Findings<'_>) {
    let mut report = |pointer: &str, what: &str| {
        let Some(seconds) = cluster.get(pointer).and_then(Value::as_i64).filter(|seconds| *seconds < 0) else { return };
        let message = format!("{what} has an idle timeout of {seconds} seconds, which KubeRay refuses");
        findings
            .cluster(cluster, pointer, message)
            .add_help("write at least 0 seconds, or leave it out for Ray's own 60");
    };
    report("/autoscalerOptions/idleTimeoutSeconds", "the autoscaler");
    for (index, group) in cluster.groups().enumerate() {
        let name = group["groupName"].as_str().unwrap_or_default();
        report(&format!("/workerGroupSpecs/{index}/idleTimeoutSeconds"), &format!("worker group `{name}`"));
    }
}
