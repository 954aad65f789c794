//! A capacity type that is not allowed.

use crate::diagnostic::Severity;
use crate::lint::policy::in_values;
use crate::lint::{Check, Findings, Group, Rule, Subject};
use crate::spec::CapacityType;

pub(super) static RULE: Rule = Rule {
    name: "disallowed-capacity-type",
    group: Group::Policy,
    summary: "a pool may launch a capacity type that the platform does not allow",
    severity: Severity::Error,
    page: include_str!("disallowed_capacity_type.md"),
    check: Check::Specs(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let Some(policy) = &subject.policy else { return };
    let Some(allowed) = &policy.spec.allowed_capacity_types else { return };
    let allowed: Vec<&str> = allowed.iter().copied().map(CapacityType::as_str).collect();
    for pool in subject.of_kind("NodePool") {
        let Some((manifest, _)) = pool.of_team() else { continue };
        let Some((pointer, values)) = in_values(pool, "karpenter.sh/capacity-type") else { continue };
        for stray in values.iter().filter(|value| !allowed.contains(value)) {
            let message =
                format!("NodePool `{}` may launch {stray} capacity, which the platform does not allow", pool.name());
            findings
                .own(manifest, &pointer, message)
                .add_label(policy.span(&["allowed-capacity-types"]), "the allowed ones")
                .add_help(format!("write `capacity-type = [\"{}\"]`", allowed.join("\", \"")));
        }
    }
}
