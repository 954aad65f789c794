//! A patch that makes another object.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "patched-identity",
    group: Group::Workspace,
    summary: "a patch changes what an object is",
    severity: Severity::Error,
    page: include_str!("patched_identity.md"),
    check: Check::Stage,
};
