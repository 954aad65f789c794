//! A patch of nothing.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "dangling-patch",
    group: Group::Workspace,
    summary: "a patch matches nothing",
    severity: Severity::Error,
    page: include_str!("dangling_patch.md"),
    check: Check::Stage,
};
