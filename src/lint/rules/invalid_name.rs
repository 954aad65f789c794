//! A name that Kubernetes does not take.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "invalid-name",
    group: Group::Names,
    summary: "a name is none that Kubernetes takes",
    severity: Severity::Error,
    page: include_str!("invalid_name.md"),
    check: Check::Stage,
};
