//! Budgets for workers that never let one go.

use crate::diagnostic::Severity;
use crate::lint::selector::selects;
use crate::lint::{Check, Findings, Group, Pod, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "blocking-disruption-budget",
    group: Group::Pod,
    summary: "a budget wants more workers than there can ever be, so none is ever evicted",
    severity: Severity::Warning,
    page: include_str!("blocking_disruption_budget.md"),
    check: Check::Everything(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for budget in subject.of_kind("PodDisruptionBudget") {
        let pointer = "/spec/minAvailable";
        let Some(least) = budget.get(pointer).and_then(crate::json::Value::as_i64).filter(|least| *least > 0) else {
            continue;
        };
        let Some(selector) = budget.get("/spec/selector") else { continue };
        let beside = subject.pods_beside(budget);
        // A head is one, and its budget is there to hold it.
        let selected: Vec<&Pod<'_>> = beside.filter(|pod| selects(selector, pod) == Some(true)).collect();
        if selected.is_empty() || selected.iter().any(|pod| pod.role != "worker") {
            continue;
        }
        let Some(most) = selected.iter().map(|pod| most(pod)).sum::<Option<i64>>().filter(|most| least >= *most) else {
            continue;
        };
        let message = format!(
            "PodDisruptionBudget `{}` wants {least} workers available, but there are {most} at most: none may ever be evicted",
            budget.name()
        );
        findings
            .object(budget, pointer, message)
            .add_label(selected[0].object.span(&group(selected[0], "maxReplicas")), "the greatest number")
            .add_help(if most > 1 {
                format!("lower it to {} or less", most - 1)
            } else {
                "take the budget out: one worker cannot be kept and evicted".to_owned()
            });
    }
}

fn group(pod: &Pod<'_>, field: &str) -> String {
    format!("{}/{field}", pod.pointer.strip_suffix("/template").unwrap_or(&pod.pointer))
}

/// The greatest number of a group's pods; `None` where it has no bound.
fn most(pod: &Pod<'_>) -> Option<i64> {
    let number = |field| pod.object.get(&group(pod, field)).and_then(crate::json::Value::as_i64);
    Some(number("maxReplicas")?.saturating_mul(number("numOfHosts").unwrap_or(1)))
}
