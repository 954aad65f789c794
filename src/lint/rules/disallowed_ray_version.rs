//! A version of Ray that is not allowed.

use crate::diagnostic::Severity;
use crate::lint::{Check, Findings, Group, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "disallowed-ray-version",
    group: Group::Policy,
    summary: "a cluster runs a version of Ray that the platform does not allow",
    severity: Severity::Error,
    page: include_str!("disallowed_ray_version.md"),
    check: Check::Specs(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let Some(policy) = &subject.policy else { return };
    let Some(allowed) = &policy.spec.allowed_ray_versions else { return };
    let listed: Vec<String> = allowed.iter().map(|range| format!("`{range}`")).collect();
    for object in &subject.objects {
        let Some((manifest, _)) = object.of_team() else { continue };
        for cluster in object.ray_clusters() {
            let Some(version) = cluster.ray_version() else { continue };
            if allowed.iter().any(|range| range.has(&version)) {
                continue;
            }
            let message = format!("`{}` runs Ray {version}, which the platform does not allow", object.name());
            findings
                .own(manifest, &cluster.at("/rayVersion"), message)
                .add_label(policy.span(&["allowed-ray-versions"]), "the allowed ones")
                .add_help(format!("write a `ray-version` out of {}", listed.join(" or ")));
        }
    }
}
