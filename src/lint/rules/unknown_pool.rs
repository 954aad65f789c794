//! A pool that does not exist.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "unknown-pool",
    group: Group::Workspace,
    summary: "a group names a shared pool that the platform does not have",
    severity: Severity::Error,
    page: include_str!("unknown_pool.md"),
    check: Check::Stage,
};
