//! A manifest that cannot be read.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "unreadable-manifest",
    group: Group::Schema,
    summary: "a file of manifests cannot be read",
    severity: Severity::Error,
    page: include_str!("unreadable_manifest.md"),
    check: Check::Stage,
};
