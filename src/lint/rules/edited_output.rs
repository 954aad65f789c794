//! Output that someone changed by hand.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "edited-output",
    group: Group::GitOps,
    summary: "a generated file was changed by hand",
    severity: Severity::Error,
    page: include_str!("edited_output.md"),
    check: Check::Stage,
};
