//! A CRD that cannot be imported.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "invalid-crd",
    group: Group::Workspace,
    summary: "a file given to `raygen schema import` is no CRD that can be imported",
    severity: Severity::Error,
    page: include_str!("invalid_crd.md"),
    check: Check::Stage,
};
