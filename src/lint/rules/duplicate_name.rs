//! Two objects of one name.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "duplicate-name",
    group: Group::Names,
    summary: "two specs render the same object",
    severity: Severity::Error,
    page: include_str!("duplicate_name.md"),
    check: Check::Stage,
};
