//! A worker group without a name.

use crate::diagnostic::Severity;
use crate::lint::{Check, Findings, Group, RayCluster, Rule};

pub(super) static RULE: Rule = Rule {
    name: "empty-group-name",
    group: Group::Names,
    summary: "a worker group has no name",
    severity: Severity::Error,
    page: include_str!("empty_group_name.md"),
    check: Check::RayCluster(check),
};

fn check(cluster: &RayCluster<'_>, findings: &mut Findings<'_>) {
    for (index, group) in cluster.groups().enumerate() {
        if group["groupName"].as_str().is_some_and(|name| name.trim().is_empty()) {
            let message = format!("worker group {} of `{}` has an empty name", index + 1, cluster.object.name());
            findings
                .cluster(cluster, &format!("/workerGroupSpecs/{index}/groupName"), message)
                .add_help("name it; the name becomes the pods' label `ray.io/group`");
        }
    }
}
