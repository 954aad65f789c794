//! An exposed port without a controller.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "missing-ingress-class",
    group: Group::Network,
    summary: "a dashboard is exposed where no ingress controller is known",
    severity: Severity::Error,
    page: include_str!("missing_ingress_class.md"),
    check: Check::Stage,
};
