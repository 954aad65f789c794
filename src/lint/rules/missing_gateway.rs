//! An exposed port without a Gateway.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "missing-gateway",
    group: Group::Network,
    summary: "a dashboard is exposed through the Gateway API where no Gateway is known",
    severity: Severity::Error,
    page: include_str!("missing_gateway.md"),
    check: Check::Stage,
};
