//! Reported where objects are checked against the schemas of their releases.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "invalid-toleration",
    group: Group::Pod,
    summary: "a toleration says what no taint can match",
    severity: Severity::Error,
    page: include_str!("invalid_toleration.md"),
    check: Check::Stage,
};
