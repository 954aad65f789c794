//! Mounts of storage that is not there.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "dangling-storage",
    group: Group::Storage,
    summary: "a mount names a storage that the team does not have",
    severity: Severity::Error,
    page: include_str!("dangling_storage.md"),
    check: Check::Stage,
};
