//! A file that no TOML parser reads.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "invalid-toml",
    group: Group::Workspace,
    summary: "a file is not TOML",
    severity: Severity::Error,
    page: include_str!("invalid_toml.md"),
    check: Check::Stage,
};
