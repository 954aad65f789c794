//! A group whose pods have no container.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::{Check, Findings, Group, RayCluster, Rule};

pub(super) static RULE: Rule = Rule {
    name: "missing-container",
    group: Group::Ray,
    summary: "a group has no Ray container",
    severity: Severity::Error,
    page: include_str!("missing_container.md"),
    check: Check::RayCluster(check),
};

/// KubeRay's own condition (`utils/validation.go`, ValidateRayClusterSpec); the CRD lets a template be empty.
fn check(cluster: &RayCluster<'_>, findings: &mut Findings<'_>) {
    for (pointer, what, group) in cluster.all_groups() {
        let containers = group.pointer("/template/spec/containers").and_then(Value::as_array);
        if containers.is_none_or(Vec::is_empty) {
            findings
                .cluster(
                    cluster,
                    &format!("{pointer}/template"),
                    format!("{what} has no container, so KubeRay refuses the cluster"),
                )
                .add_help("the first container of `template.spec.containers` runs Ray");
        }
    }
}
