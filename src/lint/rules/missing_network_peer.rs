//! A NetworkPolicy that cannot name whom it must let in.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "missing-network-peer",
    group: Group::Network,
    summary: "a NetworkPolicy would shut out KubeRay, Prometheus or what exposes the workload",
    severity: Severity::Error,
    page: include_str!("missing_network_peer.md"),
    check: Check::Stage,
};
