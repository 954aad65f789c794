//! A Secret with nothing in it.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "empty-secret",
    group: Group::Security,
    summary: "a secret says of no value where it is kept",
    severity: Severity::Error,
    page: include_str!("empty_secret.md"),
    check: Check::Stage,
};
