//! A whole node of unknown size.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "undetermined-whole-node",
    group: Group::Capacity,
    summary: "a group should fill whole nodes, but nothing says how large they are",
    severity: Severity::Error,
    page: include_str!("undetermined_whole_node.md"),
    check: Check::Stage,
};
