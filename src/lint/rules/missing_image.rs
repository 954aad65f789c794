//! A group without an image.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "missing-image",
    group: Group::Ray,
    summary: "a head or worker group has no image",
    severity: Severity::Error,
    page: include_str!("missing_image.md"),
    check: Check::Stage,
};
