//! A pool whose name is no label value.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "long-pool-name",
    group: Group::Names,
    summary: "a pool's name is longer than a label's value may be",
    severity: Severity::Error,
    page: include_str!("long_pool_name.md"),
    check: Check::Stage,
};
