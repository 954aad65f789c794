//! CPUs that Ray rounds up.

use crate::diagnostic::Severity;
use crate::lint::ray;
use crate::lint::{Check, Findings, Group, RayCluster, Rule};

pub(super) static RULE: Rule = Rule {
    name: "fractional-cpu",
    group: Group::Ray,
    summary: "Ray rounds the CPUs of a container up",
    severity: Severity::Warning,
    page: include_str!("fractional_cpu.md"),
    check: Check::RayCluster(check),
};

fn check(cluster: &RayCluster<'_>, findings: &mut Findings<'_>) {
    for (pointer, what, group) in cluster.all_groups() {
        let resources = group["resources"].as_object();
        let stated = ray::is_set(group["rayStartParams"].get("num-cpus"));
        if stated || resources.is_some_and(|resources| resources.keys().any(|name| name.eq_ignore_ascii_case("cpu"))) {
            continue;
        }
        let found = ["limits", "requests"].into_iter().find_map(|list| {
            let place = format!("/template/spec/containers/0/resources/{list}/cpu");
            Some((ray::amount(group.pointer(&place))?, place))
        });
        let Some((cpus, place)) = found.filter(|(cpus, _)| cpus.fract() > 0.0) else { continue };
        let message = format!("{what} has {cpus} CPUs, which Ray counts as {}", cpus.ceil());
        findings
            .cluster(cluster, &format!("{pointer}{place}"), message)
            .add_help("write whole CPUs, or say what Ray may use: `ray-start-params.num-cpus`");
    }
}
