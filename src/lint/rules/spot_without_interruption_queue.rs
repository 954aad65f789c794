//! Interruptions that nobody hears.

use crate::diagnostic::Severity;
use crate::lint::karpenter::{CAPACITY_TYPE, capacity_types, requirement_for};
use crate::lint::{Check, Findings, Group, Object, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "spot-without-interruption-queue",
    group: Group::Karpenter,
    summary: "Spot nodes are taken back without being drained",
    severity: Severity::Warning,
    page: include_str!("spot_without_interruption_queue.md"),
    check: Check::Specs(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    subject.of_kind("NodePool").for_each(|pool| of_pool(pool, findings));
}

fn of_pool(pool: &Object<'_>, findings: &mut Findings<'_>) {
    let Some(environment) = pool.environment else { return };
    let queue = environment.karpenter.interruption_queue.as_deref().unwrap_or_default();
    if !queue.is_empty() || !capacity_types(pool).contains("spot") {
        return;
    }
    let name = pool.environment_name;
    let message = format!(
        "NodePool `{}` may launch Spot, but Karpenter in `{name}` has no interruption queue: nodes vanish without notice",
        pool.name()
    );
    findings.object(pool, &requirement_for(pool, CAPACITY_TYPE), message).add_help(format!(
        "name Karpenter's queue: `karpenter = {{ interruption-queue = \"…\" }}` under `[environments.{name}]`"
    ));
}
