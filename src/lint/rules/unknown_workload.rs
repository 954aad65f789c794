//! An override of nothing.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "unknown-workload",
    group: Group::Workspace,
    summary: "an override names a workload that the team does not have",
    severity: Severity::Error,
    page: include_str!("unknown_workload.md"),
    check: Check::Stage,
};
