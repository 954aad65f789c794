//! A group without CPUs or memory.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "missing-resources",
    group: Group::Ray,
    summary: "a head or worker group has no CPUs or no memory",
    severity: Severity::Error,
    page: include_str!("missing_resources.md"),
    check: Check::Stage,
};
