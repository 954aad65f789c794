//! A release that is too old.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "unsupported-release",
    group: Group::Schema,
    summary: "an environment runs a release older than any that raygen knows",
    severity: Severity::Error,
    page: include_str!("unsupported_release.md"),
    check: Check::Stage,
};
