//! A name too long for its companions.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "long-cluster-name",
    group: Group::Names,
    summary: "a workload's name is longer than KubeRay takes or keeps",
    severity: Severity::Warning,
    page: include_str!("long_cluster_name.md"),
    check: Check::Stage,
};
