//! Services with two Serve configs.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "conflicting-serve-config",
    group: Group::Ray,
    summary: "a service has a Serve config in its spec and another in a file",
    severity: Severity::Error,
    page: include_str!("conflicting_serve_config.md"),
    check: Check::Stage,
};
