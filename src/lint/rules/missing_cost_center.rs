//! A team without a cost center.

use crate::diagnostic::Severity;
use crate::lint::policy::require;
use crate::lint::{Check, Findings, Group, Rule, Subject};
use crate::spec::Required;

pub(super) static RULE: Rule = Rule {
    name: "missing-cost-center",
    group: Group::Policy,
    summary: "a team names no cost center, which the platform requires",
    severity: Severity::Error,
    page: include_str!("missing_cost_center.md"),
    check: Check::Specs(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    require(subject, Required::CostCenter, "cost-center", |team| team.cost_center.as_deref(), findings);
}
