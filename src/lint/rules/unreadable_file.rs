//! Files beside the specs that cannot be read.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "unreadable-file",
    group: Group::Workspace,
    summary: "a file that a spec names is absent, too large, elsewhere or no text",
    severity: Severity::Error,
    page: include_str!("unreadable_file.md"),
    check: Check::Stage,
};
