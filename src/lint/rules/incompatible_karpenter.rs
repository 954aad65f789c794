//! Versions that do not go together.

use std::collections::BTreeMap;

use crate::diagnostic::Severity;
use crate::lint::{Check, Findings, Group, Object, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "incompatible-karpenter",
    group: Group::Karpenter,
    summary: "this release of Karpenter was not made for this release of Kubernetes",
    severity: Severity::Warning,
    page: include_str!("incompatible_karpenter.md"),
    check: Check::Specs(check),
};

/// The first Karpenter release for each Kubernetes minor (provider `website/content/en/preview/upgrading/compatibility.md`,
/// v1.14).
const FIRST: [(u64, [u64; 3]); 7] = [
    (30, [0, 37, 0]),
    (31, [1, 0, 5]),
    (32, [1, 2, 0]),
    (33, [1, 5, 0]),
    (34, [1, 6, 0]),
    (35, [1, 9, 0]),
    (36, [1, 13, 0]),
];

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let made = subject.objects.iter().filter_map(Object::manifest);
    let environments: BTreeMap<&str, _> =
        made.map(|manifest| (manifest.environment.name.as_str(), &manifest.environment)).collect();
    for (name, environment) in environments {
        let (kubernetes, karpenter) = (&environment.releases.kubernetes, &environment.releases.karpenter);
        let Some((_, first)) = FIRST.iter().find(|(minor, _)| kubernetes.major == 1 && *minor == kubernetes.minor)
        else {
            continue;
        };
        let [major, minor, patch] = *first;
        if (karpenter.major, karpenter.minor, karpenter.patch) >= (major, minor, patch) {
            continue;
        }
        let message = format!(
            "environment `{name}` runs Karpenter {karpenter}, but Kubernetes {kubernetes} needs {major}.{minor}.{patch} or later"
        );
        findings
            .report(environment.version_spans.karpenter, message)
            .add_label(environment.version_spans.kubernetes, "this version")
            .add_help("upgrade Karpenter before Kubernetes");
    }
}
