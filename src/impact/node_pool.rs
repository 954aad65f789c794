//! What Karpenter does when a NodePool changes: a node whose NodePool has another hash has drifted and is replaced.

use super::table::{Case, Parts, Row, added, lowered, removed, reordered, rows};
use crate::diff::{Edit, Step};
use crate::json::Value;

const CRD: &str = "Karpenter CRD, x-kubernetes-validations";
const HASH: &str = "Karpenter nodepool.go, NodePool.Hash";
const REQUIREMENTS: &str = "Karpenter nodeclaim/disruption/drift.go, areRequirementsDrifted";
const DISRUPTION: &str = "Karpenter disruption/helpers.go, budgets";

/// Fields of a NodePool's spec.
pub const NODE_POOL: &[Row] = rows! {
    "template.spec.nodeClassRef.{group,kind}" => Rejected
        "the field is immutable"
        [CRD];
    "replicas" if added => Rejected
        "a pool cannot turn static, nor back: the field may neither appear nor go"
        [CRD];
    "replicas" if removed => Rejected
        "a pool cannot turn static, nor back: the field may neither appear nor go"
        [CRD];
    "replicas" if lowered => Scale
        "nodes are removed at once: a static pool's scale-down ignores budgets"
        [DISRUPTION];
    "replicas" => Scale
        "nodes are added"
        [DISRUPTION];
    "template.**" if reordered => Unaffected
        "lists are hashed as sets, and requirements compared one by one"
        [HASH];
    "template.spec.requirements[*].minValues" => Live
        "counts for nodes that are launched from now on"
        [REQUIREMENTS];
    "template.spec.requirements.**" if widens => Live
        "nodes that were right are still right; new ones may differ"
        [REQUIREMENTS];
    "template.spec.requirements.**" if drift_is_held => Pending
        "nodes that no longer fit have drifted, and a budget of 0 for `Drifted` keeps them until they are empty"
        [REQUIREMENTS];
    "template.spec.requirements.**" => Roll
        "nodes that no longer fit have drifted and are replaced, as the budgets allow"
        [REQUIREMENTS];
    "template.**" if drift_is_held => Pending
        "all nodes have drifted, and a budget of 0 for `Drifted` keeps them until they are empty"
        [HASH];
    "template.**" if ignores_protection => Roll
        "all nodes have drifted and are replaced, as the budgets allow; with a `terminationGracePeriod` even \
         those whose pods are marked `do-not-disrupt`"
        [HASH];
    "template.**" => Roll
        "all nodes have drifted and are replaced, as the budgets allow"
        [HASH];
    "disruption.consolidationPolicy" if consolidates => Live
        "no drift, but from now on Karpenter may move pods off nodes that are not empty"
        [DISRUPTION];
    "disruption.**" => Live
        "no drift: it decides about the next disruption"
        [HASH];
    "limits.**" => Live
        "no drift: it bounds nodes that are launched from now on, and removes none"
        [HASH];
    "weight" => Live
        "no drift: it orders pools for nodes that are launched from now on"
        [HASH];
    "**" => Live
        "no drift"
        [HASH];
};

/// Labels and annotations.
const METADATA: &[Row] = rows! {
    "**" => Live
        "the pool's own metadata is not in the hash"
        [HASH];
};

/// The tables by the part of the object that they are about.
pub const PARTS: Parts = &[("/spec", NODE_POOL), ("/metadata", METADATA)];

fn drift_is_held(case: &Case<'_>) -> bool {
    holds_drift(case.new)
}

/// Whether a budget without a schedule lets no drifted node go (Karpenter `nodepool.go`,
/// GetAllowedDisruptionsByReason). A budget without reasons is for all.
pub(super) fn holds_drift(pool: &Value) -> bool {
    let budgets = pool.pointer("/spec/disruption/budgets").and_then(Value::as_array);
    budgets.into_iter().flatten().any(|budget| {
        let covers =
            budget["reasons"].as_array().is_none_or(|reasons| reasons.iter().any(|reason| reason == "Drifted"));
        covers && budget["schedule"].is_null() && matches!(budget["nodes"].as_str(), Some("0" | "0%"))
    })
}

/// Drift minds `do-not-disrupt` only where nothing bounds how long a node may terminate.
fn ignores_protection(case: &Case<'_>) -> bool {
    case.new.pointer("/spec/template/spec/terminationGracePeriod").is_some()
}

fn consolidates(case: &Case<'_>) -> bool {
    case.change.edit.after().is_some_and(|policy| policy != "WhenEmpty")
}

/// Every node that met the requirement before meets it now.
fn widens(case: &Case<'_>) -> bool {
    let operator = case.steps.iter().find_map(|step| match step {
        Step::Item { key, .. } => key.rsplit('/').next(),
        _ => None,
    });
    match (&case.change.edit, operator) {
        (Edit::Removed(_), _) => true,
        (Edit::Replaced { old, new }, Some(operator)) => {
            let (before, after) = (values(old), values(new));
            let bound = |values: &[&str]| values.first().and_then(|value| value.parse::<i64>().ok());
            match operator {
                "In" => before.iter().all(|value| after.contains(value)),
                "NotIn" => after.iter().all(|value| before.contains(value)),
                "Gt" | "Gte" => bound(&after) <= bound(&before),
                "Lt" | "Lte" => bound(&after) >= bound(&before),
                _ => false,
            }
        }
        _ => false,
    }
}

fn values(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}
