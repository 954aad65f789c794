//! A worker group named like something else.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "reserved-group-name",
    group: Group::Names,
    summary: "a worker group is named like something else",
    severity: Severity::Error,
    page: include_str!("reserved_group_name.md"),
    check: Check::Stage,
};
