//! Reported where objects are checked against the schemas of their releases.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "duplicate-mount-path",
    group: Group::Pod,
    summary: "two volumes are mounted at one path",
    severity: Severity::Error,
    page: include_str!("duplicate_mount_path.md"),
    check: Check::Stage,
};
