//! A limit that nobody reads.

use crate::diagnostic::Severity;
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "limits-nodes",
    group: Group::Karpenter,
    summary: "the limit on nodes is ignored by this release of Karpenter",
    severity: Severity::Warning,
    page: include_str!("limits_nodes.md"),
    check: Check::Object(&["NodePool"], check),
};

const NODES: &str = "/spec/limits/nodes";

fn check(pool: &Object<'_>, findings: &mut Findings<'_>) {
    let karpenter = &pool.releases.karpenter;
    let dynamic = pool.get("/spec/replicas").is_none();
    if (karpenter.major, karpenter.minor) >= (1, 11) || !dynamic || pool.get(NODES).is_none() {
        return;
    }
    let message = format!("NodePool `{}` limits `nodes`, which Karpenter {karpenter} does not read", pool.name());
    findings.object(pool, NODES, message).add_help("limit `cpu`, `memory` or `nvidia.com/gpu`");
}
