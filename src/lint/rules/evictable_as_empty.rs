//! Pods that do not count.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::{Check, Findings, Group, Pod, Rule};

pub(super) static RULE: Rule = Rule {
    name: "evictable-as-empty",
    group: Group::Karpenter,
    summary: "Karpenter counts a pod of this priority as nothing and removes its node",
    severity: Severity::Error,
    page: include_str!("evictable_as_empty.md"),
    check: Check::Pod(check),
};

const COST: &str = "/metadata/annotations/controller.kubernetes.io~1pod-deletion-cost";
const PRIORITY: &str = "/spec/priority";

fn check(pod: &Pod<'_>, findings: &mut Findings<'_>) {
    let karpenter = &pod.object.releases.karpenter;
    if !matches!(pod.role, "head" | "worker") || (karpenter.major, karpenter.minor) < (1, 14) {
        return;
    }
    let cost = pod.get(COST).and_then(Value::as_str).and_then(|cost| cost.parse::<i32>().ok());
    let priority = pod.get(PRIORITY).and_then(Value::as_i64).and_then(|priority| i32::try_from(priority).ok());
    // Karpenter core `pkg/utils/disruption/disruption.go`, EvictionCost, v1.14: 2^27 and 2^25.
    let total = 1.0 + f64::from(cost.unwrap_or(0)) / 134_217_728.0 + f64::from(priority.unwrap_or(0)) / 33_554_432.0;
    if total > 0.0 {
        return;
    }
    let (pointer, what) = match (cost, priority) {
        (Some(cost), _) if cost < 0 => (COST, format!("pod deletion cost {cost}")),
        (_, priority) => (PRIORITY, format!("priority {}", priority.unwrap_or(0))),
    };
    let message = format!("{} has {what}: Karpenter counts its nodes as empty and removes them", pod.what());
    findings
        .pod(pod, pointer, message)
        .add_help("stay above -134217728 for the pod deletion cost, and above -33554432 for the priority");
}
