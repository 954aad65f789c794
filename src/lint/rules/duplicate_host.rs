//! Two Ingresses for one address.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "duplicate-host",
    group: Group::Network,
    summary: "two Ingresses take the same host and path",
    severity: Severity::Error,
    page: include_str!("duplicate_host.md"),
    check: Check::Stage,
};
