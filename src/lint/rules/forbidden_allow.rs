//! A waiver that is not granted.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "forbidden-allow",
    group: Group::Workspace,
    summary: "a rule is waived, lowered or switched off by someone who may not, or that nobody can",
    severity: Severity::Error,
    page: include_str!("forbidden_allow.md"),
    check: Check::Stage,
};
