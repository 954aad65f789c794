//! Output whose spec is gone.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "orphaned-output",
    group: Group::GitOps,
    summary: "a generated file has no spec that renders it",
    severity: Severity::Error,
    page: include_str!("orphaned_output.md"),
    check: Check::Stage,
};
