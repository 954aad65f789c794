//! A storage that says too little.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "incomplete-storage",
    group: Group::Storage,
    summary: "a storage lacks what its type cannot be without",
    severity: Severity::Error,
    page: include_str!("incomplete_storage.md"),
    check: Check::Stage,
};
