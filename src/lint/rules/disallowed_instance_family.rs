//! An instance family that is not allowed.

use crate::diagnostic::Severity;
use crate::lint::policy::in_values;
use crate::lint::{Check, Findings, Group, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "disallowed-instance-family",
    group: Group::Policy,
    summary: "a pool may launch an instance family that the platform does not allow",
    severity: Severity::Error,
    page: include_str!("disallowed_instance_family.md"),
    check: Check::Specs(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let Some(policy) = &subject.policy else { return };
    let Some(allowed) = &policy.spec.allowed_instance_families else { return };
    let listed: Vec<String> = allowed.iter().map(|family| format!("`{family}`")).collect();
    let family_of = |value: &str| value.split('.').next().unwrap_or_default().to_owned();
    for pool in subject.of_kind("NodePool") {
        let Some((manifest, _)) = pool.of_team() else { continue };
        // Families and types narrow each other, so the pool keeps to the list if either does.
        let named =
            ["karpenter.k8s.aws/instance-family", "node.kubernetes.io/instance-type"].map(|key| in_values(pool, key));
        let strays = |values: &[&str]| -> Vec<String> {
            values.iter().map(|value| family_of(value)).filter(|family| !allowed.contains(family)).collect()
        };
        if named.iter().flatten().any(|(_, values)| strays(values).is_empty()) {
            continue;
        }
        let (pointer, message) = match named.into_iter().flatten().next() {
            Some((pointer, values)) => {
                let strays: Vec<String> = strays(&values).iter().map(|family| format!("`{family}`")).collect();
                (
                    pointer,
                    format!(
                        "NodePool `{}` may launch {}, which the platform does not allow",
                        pool.name(),
                        strays.join(" and ")
                    ),
                )
            }
            None => (
                "/spec/template/spec/requirements".to_owned(),
                format!(
                    "NodePool `{}` names no instance family, so it may launch any, but the platform allows only some",
                    pool.name()
                ),
            ),
        };
        findings
            .own(manifest, &pointer, message)
            .add_label(policy.span(&["allowed-instance-families"]), "the allowed ones")
            .add_help(format!("write `instance-families` out of {}", listed.join(", ")));
    }
}
