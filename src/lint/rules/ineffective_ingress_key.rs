//! Settings of another controller.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "ineffective-ingress-key",
    group: Group::Network,
    summary: "a key of `ingress` does nothing with the environment's controller",
    severity: Severity::Warning,
    page: include_str!("ineffective_ingress_key.md"),
    check: Check::Stage,
};
