//! Pods that say too little for a quota.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Severity;
use crate::lint::quota::{containers, hard, limit_ranges, place, quotas};
use crate::lint::{Check, Findings, Group, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "rejected-by-quota",
    group: Group::Policy,
    summary: "a container does not say how much it takes of what its Namespace's quota counts",
    severity: Severity::Error,
    page: include_str!("rejected_by_quota.md"),
    check: Check::Everything(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let mut required: BTreeMap<_, BTreeSet<[&str; 2]>> = BTreeMap::new();
    for quota in quotas(subject) {
        let entry = required.entry(place(quota)).or_default();
        entry.extend(hard(quota).iter().filter_map(|(resource, ..)| constrained(resource)));
    }
    required.retain(|_, resources| !resources.is_empty());
    if required.is_empty() {
        return;
    }
    let ranges = limit_ranges(subject);
    for object in &subject.objects {
        let Some(required) = required.get(&place(object)) else { continue };
        let ranges = ranges.get(&place(object)).map_or(&[][..], Vec::as_slice);
        let filled = |list: &str, resource: &str| {
            ranges.iter().any(|(_, _, item)| {
                let lists: &[&str] = match list {
                    "requests" => &["defaultRequest", "default", "max"],
                    _ => &["default", "max"],
                };
                lists.iter().any(|list| item[list].get(resource).is_some())
            })
        };
        for container in containers(object) {
            let says = |list: &str, resource: &str| {
                let has = |list: &str| container.resources[list].get(resource).is_some();
                has(list) || list == "requests" && has("limits")
            };
            let missing: Vec<String> = required
                .iter()
                .filter(|[list, resource]| !says(list, resource) && !filled(list, resource))
                .map(|[list, resource]| format!("`{list}.{resource}`"))
                .collect();
            if missing.is_empty() {
                continue;
            }
            let message = format!(
                "{} without {}, which the quota of Namespace `{}` counts",
                container.what,
                missing.join(" and "),
                object.namespace()
            );
            findings
                .object(object, &container.pointer, message)
                .add_help("set them in the container's `resources`, or defaults in `limit-range`");
        }
    }
}

/// The list and resource that each container must state where a quota counts it (Kubernetes
/// `pkg/quota/v1/evaluator/core/pods.go`, validationSet).
fn constrained(resource: &str) -> Option<[&'static str; 2]> {
    Some(match resource {
        "cpu" | "requests.cpu" => ["requests", "cpu"],
        "memory" | "requests.memory" => ["requests", "memory"],
        "limits.cpu" => ["limits", "cpu"],
        "limits.memory" => ["limits", "memory"],
        _ => return None,
    })
}
