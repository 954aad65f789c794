//! A number of replicas that KubeRay changes.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "unreachable-replicas",
    group: Group::Ray,
    summary: "a worker group's `replicas` lies outside of its bounds",
    severity: Severity::Error,
    page: include_str!("unreachable_replicas.md"),
    check: Check::Stage,
};
