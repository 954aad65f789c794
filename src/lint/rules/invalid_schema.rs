//! A schema file of the workspace that cannot be used.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "invalid-schema",
    group: Group::Workspace,
    summary: "a file of `teams/_schemas` is no schema of a kind",
    severity: Severity::Error,
    page: include_str!("invalid_schema.md"),
    check: Check::Stage,
};
