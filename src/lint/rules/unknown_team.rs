//! A waiver for a team that does not exist.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "unknown-team",
    group: Group::Workspace,
    summary: "a waiver names a team that does not exist",
    severity: Severity::Error,
    page: include_str!("unknown_team.md"),
    check: Check::Stage,
};
