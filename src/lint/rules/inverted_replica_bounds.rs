//! Bounds in the wrong order.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "inverted-replica-bounds",
    group: Group::Ray,
    summary: "a worker group's `min` is greater than its `max`",
    severity: Severity::Error,
    page: include_str!("inverted_replica_bounds.md"),
    check: Check::Stage,
};
