//! An instance type that says too little.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "incomplete-instance-type",
    group: Group::Workspace,
    summary: "a new instance type lacks what nobody can compute without",
    severity: Severity::Error,
    page: include_str!("incomplete_instance_type.md"),
    check: Check::Stage,
};
