//! Spot or nothing.

use std::collections::BTreeSet;

use crate::diagnostic::Severity;
use crate::lint::karpenter::{CAPACITY_TYPE, capacity_types, requirement_for, set};
use crate::lint::{Check, Findings, Group, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "spot-without-fallback",
    group: Group::Capacity,
    summary: "a pool may launch Spot only, so its pods wait when there is none",
    severity: Severity::Warning,
    page: include_str!("spot_without_fallback.md"),
    check: Check::Everything(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for pool in subject.of_kind("NodePool") {
        // Pods that do not name their pool may have another one to go to. Heads on Spot are a rule of their own.
        let Some(pod) = subject.pods_of_pool(pool).find(|pod| pod.role == "worker") else { continue };
        if capacity_types(pool) != BTreeSet::from(["spot"]) {
            continue;
        }
        let pointer = requirement_for(pool, CAPACITY_TYPE);
        let message = format!("{} runs on Spot only: while EC2 has none, its pods stay pending", pod.what());
        let diagnostic = findings
            .object(pool, &pointer, message)
            .add_help("add `\"on-demand\"`: Karpenter still takes Spot first, and on-demand when there is none");
        if let Some(fix) = set(pool, &pointer, "[\"spot\", \"on-demand\"]") {
            diagnostic.add_fix(fix);
        }
    }
}
