//! A ServiceAccount of two minds.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "conflicting-service-account",
    group: Group::Workspace,
    summary: "two workloads describe one ServiceAccount differently",
    severity: Severity::Error,
    page: include_str!("conflicting_service_account.md"),
    check: Check::Stage,
};
