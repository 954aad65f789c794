//! A field that does not exist.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "unknown-field",
    group: Group::Schema,
    summary: "an object has a field that its kind does not have",
    severity: Severity::Error,
    page: include_str!("unknown_field.md"),
    check: Check::Stage,
};
