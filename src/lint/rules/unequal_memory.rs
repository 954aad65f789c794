//! Memory that Ray counts on and the scheduler does not.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::ray;
use crate::lint::{Check, Findings, Group, RayCluster, Rule};

pub(super) static RULE: Rule = Rule {
    name: "unequal-memory",
    group: Group::Ray,
    summary: "a Ray container may use more memory than it requests",
    severity: Severity::Warning,
    page: include_str!("unequal_memory.md"),
    check: Check::RayCluster(check),
};

fn check(cluster: &RayCluster<'_>, findings: &mut Findings<'_>) {
    for (pointer, what, group) in cluster.all_groups() {
        let resources = "/template/spec/containers/0/resources";
        let Some(resources_of) = group.pointer(resources) else { continue };
        let (request, limit) = (&resources_of["requests"]["memory"], &resources_of["limits"]["memory"]);
        let (Some(requested), Some(limited)) = (ray::amount(Some(request)), ray::amount(Some(limit))) else { continue };
        // More than the limit is refused with the pod.
        if requested >= limited {
            continue;
        }
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let message =
            format!("{what} requests {} of memory, but Ray fills up to its limit of {}", text(request), text(limit));
        findings
            .cluster(cluster, &format!("{pointer}{resources}/requests/memory"), message)
            .add_help("make request and limit equal");
    }
}
