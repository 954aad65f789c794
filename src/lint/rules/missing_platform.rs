//! A workspace without a platform.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "missing-platform",
    group: Group::Workspace,
    summary: "the workspace has no `teams/_platform.toml`",
    severity: Severity::Error,
    page: include_str!("missing_platform.md"),
    check: Check::Stage,
};
