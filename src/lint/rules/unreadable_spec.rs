//! A file that holds no text.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "unreadable-spec",
    group: Group::Workspace,
    summary: "a file of `teams/` is no text that can be read",
    severity: Severity::Error,
    page: include_str!("unreadable_spec.md"),
    check: Check::Stage,
};
