//! A waiver that is needed no more.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "unused-allow",
    group: Group::Workspace,
    summary: "a waiver waives nothing",
    severity: Severity::Warning,
    page: include_str!("unused_allow.md"),
    check: Check::Stage,
};
