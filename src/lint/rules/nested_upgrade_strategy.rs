//! Upgrade strategies in clusters that a RayService or RayJob makes.

use crate::diagnostic::Severity;
use crate::lint::ray;
use crate::lint::{Check, Findings, Group, RayCluster, Rule};

pub(super) static RULE: Rule = Rule {
    name: "nested-upgrade-strategy",
    group: Group::Ray,
    summary: "a cluster of a RayService or RayJob has an upgrade strategy of its own",
    severity: Severity::Error,
    page: include_str!("nested_upgrade_strategy.md"),
    check: Check::RayCluster(check),
};

fn check(cluster: &RayCluster<'_>, findings: &mut Findings<'_>) {
    let kind = cluster.object.kind();
    if kind == "RayCluster" || !ray::is_set(cluster.get("/upgradeStrategy")) {
        return;
    }
    let message = format!(
        "the cluster of {kind} `{}` has an `upgradeStrategy` of its own: KubeRay refuses it",
        cluster.object.name()
    );
    findings.cluster(cluster, "/upgradeStrategy", message).add_help(if kind == "RayService" {
        "move it to `spec.upgradeStrategy` of the RayService, whose types are other ones"
    } else {
        "take it out: every run of the job has a new cluster"
    });
}
