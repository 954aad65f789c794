//! Heads without enough memory.

use crate::diagnostic::Severity;
use crate::lint::ray;
use crate::lint::{Check, Findings, Group, RayCluster, Rule};

pub(super) static RULE: Rule = Rule {
    name: "small-head",
    group: Group::Ray,
    summary: "the head has too little memory to live",
    severity: Severity::Error,
    page: include_str!("small_head.md"),
    check: Check::RayCluster(check),
};

/// In bytes (KubeRay samples, v1.7.0).
const LEAST: f64 = 2e9;

fn check(cluster: &RayCluster<'_>, findings: &mut Findings<'_>) {
    let found = ["limits", "requests"].into_iter().find_map(|list| {
        let place = format!("/headGroupSpec/template/spec/containers/0/resources/{list}/memory");
        Some((ray::amount(cluster.get(&place))?, place))
    });
    let Some((bytes, place)) = found.filter(|(bytes, _)| *bytes < LEAST) else { return };
    let message =
        format!("the head has {:.2} GB of memory, less than the 2 GB that it needs without any work", bytes / 1e9);
    findings.cluster(cluster, &place, message).add_help("give it 8Gi, and never less than 2G");
}
