//! A spec with nothing in it.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "empty-spec",
    group: Group::Workspace,
    summary: "a spec sets nothing",
    severity: Severity::Error,
    page: include_str!("empty_spec.md"),
    check: Check::Stage,
};
