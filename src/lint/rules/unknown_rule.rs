//! A rule that does not exist.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "unknown-rule",
    group: Group::Workspace,
    summary: "`[lint]` or `[[allow]]` names a rule that does not exist",
    severity: Severity::Error,
    page: include_str!("unknown_rule.md"),
    check: Check::Stage,
};
