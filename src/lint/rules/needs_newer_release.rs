//! A field from the future.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "needs-newer-release",
    group: Group::Schema,
    summary: "a field needs a newer release than the environment runs",
    severity: Severity::Error,
    page: include_str!("needs_newer_release.md"),
    check: Check::Stage,
};
