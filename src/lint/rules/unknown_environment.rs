//! An environment that does not exist.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "unknown-environment",
    group: Group::Workspace,
    summary: "a spec names an environment that does not exist",
    severity: Severity::Error,
    page: include_str!("unknown_environment.md"),
    check: Check::Stage,
};
