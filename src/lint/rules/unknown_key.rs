//! A key that no spec has.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "unknown-key",
    group: Group::Workspace,
    summary: "a key is none that raygen knows",
    severity: Severity::Error,
    page: include_str!("unknown_key.md"),
    check: Check::Stage,
};
