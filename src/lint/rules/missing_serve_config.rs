//! Services that serve nothing.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "missing-serve-config",
    group: Group::Ray,
    summary: "a service does not say what Serve runs",
    severity: Severity::Error,
    page: include_str!("missing_serve_config.md"),
    check: Check::Stage,
};
