//! Consolidation of nodes that are busy.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::karpenter::{items, protected, seconds, set, texts};
use crate::lint::{Check, Findings, Group, Object, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "disruptive-consolidation",
    group: Group::Karpenter,
    summary: "Karpenter may empty nodes on which Ray still works",
    severity: Severity::Warning,
    page: include_str!("disruptive_consolidation.md"),
    check: Check::Everything(check),
};

const POLICY: &str = "/spec/disruption/consolidationPolicy";
const AFTER: &str = "/spec/disruption/consolidateAfter";
/// A pod that Ray asks for next takes about this long to appear.
const SHORT: u64 = 60;

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for pool in subject.of_kind("NodePool").filter(|pool| pool.get("/spec/replicas").is_none()) {
        let Some(exposed) = subject.pods_of_pool(pool).find(|pod| !protected(pod)) else { continue };
        let after = pool.get(AFTER).and_then(Value::as_str).unwrap_or("0s");
        let policy = pool.get(POLICY).and_then(Value::as_str).unwrap_or("WhenEmptyOrUnderutilized");
        if after == "Never" {
            continue;
        }
        if policy != "WhenEmpty" && !frozen(pool) {
            let message = format!(
                "NodePool `{}` consolidates with `{policy}`: Karpenter may evict pods of {} in the middle of their work",
                pool.name(),
                exposed.what()
            );
            let diagnostic = findings.object(pool, POLICY, message).add_help(
                "write `consolidation = \"WhenEmpty\"` (`consolidationPolicy`): Ray's autoscaler removes idle pods, then Karpenter the empty node",
            );
            if let Some(fix) = set(pool, POLICY, "\"WhenEmpty\"") {
                diagnostic.add_fix(fix);
            }
        } else if let Some(short) = seconds(after).filter(|seconds| *seconds < SHORT) {
            let message = format!(
                "NodePool `{}` gives up a node {short} seconds after its last pod, before Ray can ask for the next",
                pool.name()
            );
            findings
                .object(pool, AFTER, message)
                .add_help("write some minutes, such as `consolidate-after = \"5m\"` (`consolidateAfter`)");
        }
    }
}

/// Whether a budget that always counts lets no underutilized node go.
fn frozen(pool: &Object<'_>) -> bool {
    items(pool, "/spec/disruption/budgets").any(|(_, budget)| {
        let none = matches!(budget["nodes"].as_str(), Some("0" | "0%"));
        let reasons = &budget["reasons"];
        let counts = reasons.is_null() || texts(reasons).any(|reason| reason == "Underutilized");
        none && counts && budget["schedule"].is_null()
    })
}
