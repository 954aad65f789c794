//! A template that cannot be rendered.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "invalid-template",
    group: Group::Workspace,
    summary: "the template of a string cannot be rendered",
    severity: Severity::Error,
    page: include_str!("invalid_template.md"),
    check: Check::Stage,
};
