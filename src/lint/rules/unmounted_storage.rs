//! Storage that nothing mounts.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "unmounted-storage",
    group: Group::Storage,
    summary: "no workload mounts a storage",
    severity: Severity::Warning,
    page: include_str!("unmounted_storage.md"),
    check: Check::Stage,
};
