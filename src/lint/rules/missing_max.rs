//! A worker group without an upper bound.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "missing-max",
    group: Group::Ray,
    summary: "a worker group may grow without end",
    severity: Severity::Error,
    page: include_str!("missing_max.md"),
    check: Check::Stage,
};
