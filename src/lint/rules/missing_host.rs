//! An exposed port without a host.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "missing-host",
    group: Group::Network,
    summary: "a dashboard is exposed, but has no host",
    severity: Severity::Error,
    page: include_str!("missing_host.md"),
    check: Check::Stage,
};
