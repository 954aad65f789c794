//! Bounds of replicas that no number satisfies.

use crate::diagnostic::Severity;
use crate::lint::{Check, Findings, Group, RayCluster, Rule};

pub(super) static RULE: Rule = Rule {
    name: "inverted-replica-bounds",
    group: Group::Ray,
    summary: "the least number of replicas is greater than the greatest, or one is negative",
    severity: Severity::Error,
    page: include_str!("inverted_replica_bounds.md"),
    check: Check::RayCluster(check),
};

fn check(cluster: &RayCluster<'_>, findings: &mut Findings<'_>) {
    for (index, group) in cluster.groups().enumerate() {
        let name = group["groupName"].as_str().unwrap_or_default();
        let bound = |field: &str| group[field].as_i64();
        // Defaults of the CRD (KubeRay 1.7.0).
        let (min, max) = (bound("minReplicas").unwrap_or(0), bound("maxReplicas").unwrap_or(i64::from(i32::MAX)));
        let at = |field: &str| format!("/workerGroupSpecs/{index}/{field}");
        if let Some((field, value)) =
            [("minReplicas", min), ("maxReplicas", max)].into_iter().find(|(_, value)| *value < 0)
        {
            let message = format!("worker group `{name}` has `{field}: {value}`: KubeRay refuses the cluster");
            findings.cluster(cluster, &at(field), message).add_help("write 0 or more");
        } else if min > max {
            let message = format!(
                "worker group `{name}` has at least {min} replicas, but at most {max}: KubeRay refuses the cluster"
            );
            findings
                .cluster(cluster, &at("minReplicas"), message)
                .add_label(cluster.object.span(&cluster.at(&at("maxReplicas"))), "the greatest number")
                .add_help(format!("lower the least number to {max}, or raise the greatest to {min}"));
        }
    }
}
