//! A table without a key that it needs.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "missing-key",
    group: Group::Workspace,
    summary: "a table lacks a key that it cannot do without",
    severity: Severity::Error,
    page: include_str!("missing_key.md"),
    check: Check::Stage,
};
