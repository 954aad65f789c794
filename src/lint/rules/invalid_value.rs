//! A value that its key does not take.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "invalid-value",
    group: Group::Workspace,
    summary: "a value has the wrong type, or is none of those that its key takes",
    severity: Severity::Error,
    page: include_str!("invalid_value.md"),
    check: Check::Stage,
};
