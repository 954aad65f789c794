//! A fixed number of replicas under an autoscaler.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "replicas-with-autoscaling",
    group: Group::Ray,
    summary: "a worker group fixes a number that the autoscaler owns",
    severity: Severity::Error,
    page: include_str!("replicas_with_autoscaling.md"),
    check: Check::Stage,
};
