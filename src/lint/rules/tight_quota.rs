//! A quota that stops a workload half way.

use crate::diagnostic::Severity;
use crate::lint::quantity::exceeds;
use crate::lint::quota::{Size, clusters, demand, hard, place, quotas, shown};
use crate::lint::{Check, Findings, Group, RayCluster, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "tight-quota",
    group: Group::Policy,
    summary: "a ResourceQuota leaves a workload no room to grow to its maximum, or a service to be upgraded",
    severity: Severity::Warning,
    page: include_str!("tight_quota.md"),
    check: Check::Everything(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    if quotas(subject).next().is_none() {
        return;
    }
    let clusters = clusters(subject);
    for quota in quotas(subject) {
        for cluster in clusters.get(&place(quota)).into_iter().flatten() {
            let mut reported = Vec::new();
            for (resource, pointer, most) in hard(quota) {
                let need = |size| demand(cluster, resource, size);
                let (Some(least), Some(greatest)) = (need(Size::Least), need(Size::Greatest)) else { continue };
                // What does not fit at its least is an error of its own.
                let known = reported.contains(&quota.span(&pointer)) && quota.manifest().is_some();
                if known || exceeds(least, most) {
                    continue;
                }
                let name = cluster.object.name();
                let (space, has) = (quota.namespace(), shown(resource, most));
                let (message, help) = if exceeds(greatest, most) {
                    let grown = shown(resource, greatest);
                    (
                        format!(
                            "`{name}` may grow to {grown} of `{resource}`, but the quota of Namespace `{space}` has {has}"
                        ),
                        format!("raise it to {grown}, or lower `max`"),
                    )
                } else if is_doubled(cluster) && exceeds(2.0 * least, most) {
                    let both = shown(resource, 2.0 * least);
                    (
                        format!(
                            "an upgrade of `{name}` needs {both} of `{resource}` for the new cluster beside the old one, but the quota of Namespace `{space}` has {has}"
                        ),
                        format!("raise it to {both} or more"),
                    )
                } else {
                    continue;
                };
                reported.push(quota.span(&pointer));
                findings
                    .object(quota, &pointer, message)
                    .add_label(cluster.object.span(""), "the workload")
                    .add_help(help);
            }
        }
    }
}

/// Whether an upgrade starts a whole cluster beside the running one.
fn is_doubled(cluster: &RayCluster<'_>) -> bool {
    let object = &cluster.object;
    object.kind() == "RayService" && matches!(object.text("/spec/upgradeStrategy/type"), "" | "NewCluster")
}
