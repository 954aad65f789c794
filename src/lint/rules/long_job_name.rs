//! A name too long for the label that carries it.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "long-job-name",
    group: Group::Names,
    summary: "the name of a script's Job is longer than a label's value",
    severity: Severity::Error,
    page: include_str!("long_job_name.md"),
    check: Check::Stage,
};
