//! Pods under two budgets.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Severity;
use crate::lint::selector::selects;
use crate::lint::{Check, Findings, Group, Object, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "overlapping-disruption-budgets",
    group: Group::Network,
    summary: "two budgets select the same pods, so these are never evicted",
    severity: Severity::Error,
    page: include_str!("overlapping_disruption_budgets.md"),
    check: Check::Everything(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let mut budgets: BTreeMap<(&str, &str), Vec<&Object<'_>>> = BTreeMap::new();
    for budget in subject.of_kind("PodDisruptionBudget") {
        budgets.entry((budget.environment_name, budget.namespace())).or_default().push(budget);
    }
    let mut reported = BTreeSet::new();
    for pod in subject.pods() {
        let beside = budgets.get(&(pod.object.environment_name, pod.object.namespace())).filter(|all| all.len() > 1);
        let Some(beside) = beside else { continue };
        let selector = |budget: &Object<'_>| {
            budget.get("/spec/selector").is_some_and(|selector| selects(selector, pod) == Some(true))
        };
        let selecting: Vec<&&Object<'_>> = beside.iter().filter(|budget| selector(budget)).collect();
        let [first, second, ..] = selecting.as_slice() else { continue };
        if !reported.insert((first.environment_name, first.namespace(), first.name(), second.name())) {
            continue;
        }
        let message = format!(
            "PodDisruptionBudgets `{}` and `{}` both select the pods of {}",
            first.name(),
            second.name(),
            pod.what()
        );
        let other = first.span("/spec/selector");
        findings
            .object(second, "/spec/selector", message)
            .add_label(other, "the other one")
            .add_help("narrow one of the selectors: Kubernetes evicts no pod that has two budgets");
    }
}
