//! More GPUs than the platform allows.

use crate::diagnostic::Severity;
use crate::lint::policy::{Limit, Measure, enforce};
use crate::lint::{Check, Findings, Group, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "over-gpu-limit",
    group: Group::Policy,
    summary: "a group or a team may grow to more GPUs than the platform allows",
    severity: Severity::Error,
    page: include_str!("over_gpu_limit.md"),
    check: Check::Specs(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let Some(policy) = &subject.policy else { return };
    let limit = |key, most: Option<u32>| Limit::new(key, Measure::Gpus, most.map(f64::from));
    let per_group = [limit("max-gpus-per-group", policy.spec.max_gpus_per_group)];
    let per_team = [limit("max-gpus-per-team", policy.spec.max_gpus_per_team)];
    enforce(subject, policy, &per_group, &per_team, findings);
}
