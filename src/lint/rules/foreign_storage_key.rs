//! Keys that the type of a storage does not have.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "foreign-storage-key",
    group: Group::Storage,
    summary: "a storage has a key that means nothing for its type",
    severity: Severity::Error,
    page: include_str!("foreign_storage_key.md"),
    check: Check::Stage,
};
