//! A static pool without its gate.

use crate::diagnostic::Severity;
use crate::lint::{Check, Findings, Group, Object, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "ungated-static-pool",
    group: Group::Karpenter,
    summary: "`replicas` of a pool does nothing without the feature gate `StaticCapacity`",
    severity: Severity::Error,
    page: include_str!("ungated_static_pool.md"),
    check: Check::Specs(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    subject.of_kind("NodePool").for_each(|pool| of_pool(pool, findings));
}

fn of_pool(pool: &Object<'_>, findings: &mut Findings<'_>) {
    let Some(environment) = pool.environment.filter(|_| pool.get("/spec/replicas").is_some()) else { return };
    if environment.karpenter.feature_gates.get("StaticCapacity").copied().unwrap_or(false) {
        return;
    }
    let name = pool.environment_name;
    let message = format!(
        "NodePool `{}` has `replicas`, but Karpenter in `{name}` runs without the gate `StaticCapacity`",
        pool.name()
    );
    findings.object(pool, "/spec/replicas", message).add_help(format!(
        "take `replicas` out, or open the gate and say so: `karpenter = {{ feature-gates = {{ StaticCapacity = true }} }}` under `[environments.{name}]`"
    ));
}
