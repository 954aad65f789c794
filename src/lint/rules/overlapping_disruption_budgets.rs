//! Pods under two budgets.

use std::collections::BTreeMap;

use serde_json::Value;

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
    let mut reported: Vec<(*const Value, *const Value)> = Vec::new();
    for object in &subject.objects {
        let Some(budgets) = budgets.get(&(object.environment_name, object.namespace())).filter(|all| all.len() > 1) else {
            continue;
        };
        for pod in object.pods() {
            let selector = |budget: &Object<'_>| budget.get("/spec/selector").is_some_and(|selector| selects(selector, &pod) == Some(true));
            let selecting: Vec<&&Object<'_>> = budgets.iter().filter(|budget| selector(budget)).collect();
            let [first, second, ..] = selecting.as_slice() else { continue };
            let pair: (*const Value, *const Value) = (first.value, second.value);
            if reported.contains(&pair) {
                continue;
            }
            reported.push(pair);
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
}
