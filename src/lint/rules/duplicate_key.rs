//! A key that stands twice.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "duplicate-key",
    group: Group::Schema,
    summary: "a key stands twice in one map",
    severity: Severity::Error,
    page: include_str!("duplicate_key.md"),
    check: Check::Stage,
};
