//! Budgets that allow nothing.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::selector::selects;
use crate::lint::{Check, Findings, Group, Object, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "max-unavailable-on-ray-pods",
    group: Group::Network,
    summary: "a budget for Ray pods can never be computed, so nothing may be evicted",
    severity: Severity::Warning,
    page: include_str!("max_unavailable_on_ray_pods.md"),
    check: Check::Everything(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for budget in subject.of_kind("PodDisruptionBudget") {
        let unavailable = budget.get("/spec/maxUnavailable").map(|value| ("/spec/maxUnavailable", value));
        let percentage = budget.get("/spec/minAvailable").filter(|value| value.is_string());
        let Some((pointer, value)) = unavailable.or(percentage.map(|value| ("/spec/minAvailable", value))) else {
            continue;
        };
        if !of_ray(subject, budget) {
            continue;
        }
        let field = pointer.trim_start_matches("/spec/");
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let message = format!(
            "PodDisruptionBudget `{}` has `{field}: {value}`, which Kubernetes cannot compute for Ray pods: it allows no eviction ever",
            budget.name()
        );
        findings.object(budget, pointer, message).add_help("write `minAvailable` as a number");
    }
}

fn of_ray<'a>(subject: &Subject<'a>, budget: &Object<'a>) -> bool {
    let selector = budget.get("/spec/selector").unwrap_or(&Value::Null);
    let labels = selector["matchLabels"].as_object();
    let by_label = labels.is_some_and(|labels| labels.keys().any(|key| key.starts_with("ray.io/")));
    by_label
        || subject
            .pods_beside(budget)
            .any(|pod| matches!(pod.role, "head" | "worker") && selects(selector, pod) == Some(true))
}
