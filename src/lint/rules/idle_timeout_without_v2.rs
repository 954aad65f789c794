//! Idle timeouts of groups that nobody would obey.

use crate::diagnostic::Severity;
use crate::lint::ray;
use crate::lint::{Check, Findings, Group, RayCluster, Rule};

pub(super) static RULE: Rule = Rule {
    name: "idle-timeout-without-v2",
    group: Group::Ray,
    summary: "a worker group has an idle timeout, but autoscaler version 2 does not run",
    severity: Severity::Error,
    page: include_str!("idle_timeout_without_v2.md"),
    check: Check::RayCluster(check),
};

fn check(cluster: &RayCluster<'_>, findings: &mut Findings<'_>) {
    if cluster.autoscaler_v2() {
        return;
    }
    for (index, group) in cluster.groups().enumerate() {
        // A negative one is refused first.
        let Some(seconds) = group["idleTimeoutSeconds"].as_i64().filter(|seconds| *seconds >= 0) else { continue };
        let name = group["groupName"].as_str().unwrap_or_default();
        let message = format!(
            "worker group `{name}` has an idle timeout of {seconds} seconds, but autoscaler version 2 does not run: KubeRay refuses the cluster"
        );
        let pointer = format!("/workerGroupSpecs/{index}/idleTimeoutSeconds");
        let fix = ray::remove_fix(&cluster.object, &cluster.at(&pointer), "idle-timeout");
        let diagnostic = findings.cluster(cluster, &pointer, message);
        diagnostic.add_help(if cluster.autoscaling() {
            "set `autoscalerOptions.version` to `v2`, or take the timeout out"
        } else {
            "take it out, or let the cluster autoscale"
        });
        if let Some(fix) = fix {
            diagnostic.add_fix(fix);
        }
    }
}
