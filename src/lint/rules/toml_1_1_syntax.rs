//! An inline table that readers of TOML 1.0 refuse.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "toml-1-1-syntax",
    group: Group::Workspace,
    summary: "an inline table is written as only TOML 1.1 allows",
    severity: Severity::Warning,
    page: include_str!("toml_1_1_syntax.md"),
    check: Check::Stage,
};
