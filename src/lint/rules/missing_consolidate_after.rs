//! Reported where objects are checked against the schemas of their releases.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "missing-consolidate-after",
    group: Group::Karpenter,
    summary: "a pool describes its disruption without `consolidateAfter`",
    severity: Severity::Error,
    page: include_str!("missing_consolidate_after.md"),
    check: Check::Stage,
};
