//! An object that the API server refuses.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "invalid-manifest",
    group: Group::Schema,
    summary: "an object breaks the schema of its kind",
    severity: Severity::Error,
    page: include_str!("invalid_manifest.md"),
    check: Check::Stage,
};
