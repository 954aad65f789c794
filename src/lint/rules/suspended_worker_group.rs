//! Suspended groups that the autoscaler would grow.

use crate::diagnostic::Severity;
use crate::lint::{Check, Findings, Group, RayCluster, Rule};

pub(super) static RULE: Rule = Rule {
    name: "suspended-worker-group",
    group: Group::Ray,
    summary: "a worker group is suspended while the autoscaler runs",
    severity: Severity::Error,
    page: include_str!("suspended_worker_group.md"),
    check: Check::RayCluster(check),
};

fn check(cluster: &RayCluster<'_>, findings: &mut Findings<'_>) {
    if !cluster.autoscaling() {
        return;
    }
    for (index, group) in cluster.groups().enumerate().filter(|(_, group)| group["suspend"] == true) {
        let name = group["groupName"].as_str().unwrap_or_default();
        let message = format!("worker group `{name}` is suspended, but the cluster autoscales: KubeRay refuses it");
        findings
            .cluster(cluster, &format!("/workerGroupSpecs/{index}/suspend"), message)
            .add_help("take `suspend` out: a group of a RayJob is suspended by its deletion rules alone");
    }
}
