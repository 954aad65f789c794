//! Reported where objects are checked against the schemas of their releases.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "duplicate-env",
    group: Group::Ray,
    summary: "an environment variable is set twice in one container",
    severity: Severity::Error,
    page: include_str!("duplicate_env.md"),
    check: Check::Stage,
};
