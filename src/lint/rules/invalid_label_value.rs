//! Reported where objects are checked against the schemas of their releases.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "invalid-label-value",
    group: Group::Pod,
    summary: "a label has a key or a value that labels cannot have",
    severity: Severity::Error,
    page: include_str!("invalid_label_value.md"),
    check: Check::Stage,
};
