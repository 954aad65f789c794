//! More CPUs, memory or replicas than the platform allows.

use crate::diagnostic::Severity;
use crate::lint::policy::{Limit, Measure, enforce};
use crate::lint::{Check, Findings, Group, Rule, Subject};
use crate::spec::Quantity;

pub(super) static RULE: Rule = Rule {
    name: "over-quota",
    group: Group::Policy,
    summary: "a group or a team may grow to more CPUs, memory or replicas than the platform allows",
    severity: Severity::Error,
    page: include_str!("over_quota.md"),
    check: Check::Specs(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let Some(policy) = &subject.policy else { return };
    let amount =
        |key, measure, most: &Option<Quantity>| Limit::new(key, measure, most.as_ref().and_then(Quantity::value));
    let count = |key, most: Option<u32>| Limit::new(key, Measure::Replicas, most.map(f64::from));
    let spec = &policy.spec;
    let per_group = [
        amount("max-cpus-per-group", Measure::Cpus, &spec.max_cpus_per_group),
        amount("max-memory-per-group", Measure::Memory, &spec.max_memory_per_group),
        count("max-replicas-per-group", spec.max_replicas_per_group),
    ];
    let per_team = [
        amount("max-cpus-per-team", Measure::Cpus, &spec.max_cpus_per_team),
        amount("max-memory-per-team", Measure::Memory, &spec.max_memory_per_team),
        count("max-replicas-per-team", spec.max_replicas_per_team),
    ];
    enforce(subject, policy, &per_group, &per_team, findings);
}
