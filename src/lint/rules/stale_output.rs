//! Output that its spec has left behind.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "stale-output",
    group: Group::GitOps,
    summary: "a generated file is not what its spec renders",
    severity: Severity::Error,
    page: include_str!("stale_output.md"),
    check: Check::Stage,
};
