//! A cluster of no version.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "missing-ray-version",
    group: Group::Ray,
    summary: "a cluster has no `ray-version`",
    severity: Severity::Error,
    page: include_str!("missing_ray_version.md"),
    check: Check::Stage,
};
