//! A team without an owner.

use crate::diagnostic::Severity;
use crate::lint::policy::require;
use crate::lint::{Check, Findings, Group, Rule, Subject};
use crate::spec::Required;

pub(super) static RULE: Rule = Rule {
    name: "missing-owner",
    group: Group::Policy,
    summary: "a team names no owner, which the platform requires",
    severity: Severity::Error,
    page: include_str!("missing_owner.md"),
    check: Check::Specs(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    require(subject, Required::Owner, "owner", |team| team.owner.as_deref(), findings);
}
