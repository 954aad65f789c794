//! A manifest that no reader of Kubernetes takes.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "invalid-yaml",
    group: Group::Schema,
    summary: "a manifest is not YAML, or holds what JSON cannot",
    severity: Severity::Error,
    page: include_str!("invalid_yaml.md"),
    check: Check::Stage,
};
