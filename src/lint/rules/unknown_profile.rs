//! A profile that does not exist.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "unknown-profile",
    group: Group::Workspace,
    summary: "a group names a profile that the platform does not have",
    severity: Severity::Error,
    page: include_str!("unknown_profile.md"),
    check: Check::Stage,
};
