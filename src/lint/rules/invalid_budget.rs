//! A disruption budget that does not work.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::cron;
use crate::lint::karpenter::items;
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "invalid-budget",
    group: Group::Karpenter,
    summary: "a disruption budget does not bound what it seems to bound",
    severity: Severity::Error,
    page: include_str!("invalid_budget.md"),
    check: Check::Object(&["NodePool"], check),
};

const BUDGETS: &str = "/spec/disruption/budgets";

fn check(pool: &Object<'_>, findings: &mut Findings<'_>) {
    if pool.get(BUDGETS).and_then(Value::as_array).is_some_and(Vec::is_empty) {
        let message =
            format!("NodePool `{}` has an empty list of budgets: all nodes may be disrupted at once", pool.name());
        findings.object(pool, BUDGETS, message).add_help("leave `budgets` out for raygen's, or name at least one");
    }
    for (index, budget) in items(pool, BUDGETS) {
        let at = format!("{BUDGETS}/{index}");
        if budget["reasons"].as_array().is_some_and(Vec::is_empty) {
            let message =
                format!("a budget of NodePool `{}` has an empty list of reasons, so it never counts", pool.name());
            findings.object(pool, &format!("{at}/reasons"), message).add_help("leave `reasons` out for all reasons");
        }
        let Some(schedule) = budget["schedule"].as_str() else { continue };
        let Some(problem) = cron::problem(schedule) else { continue };
        let message = format!(
            "NodePool `{}`: the schedule `{schedule}` of a budget cannot be read, so no node may ever be disrupted: {problem}",
            pool.name()
        );
        findings
            .object(pool, &format!("{at}/schedule"), message)
            .add_help("write minute, hour, day, month and weekday in UTC, such as `0 9 * * mon-fri`");
    }
}
