//! Reported where objects are checked against the schemas of their releases.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "conflicting-node-role",
    group: Group::Karpenter,
    summary: "a node class names both a role and an instance profile, or neither",
    severity: Severity::Error,
    page: include_str!("conflicting_node_role.md"),
    check: Check::Stage,
};
