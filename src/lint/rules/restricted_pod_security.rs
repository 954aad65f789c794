//! Pods of which their Namespace warns.

use crate::diagnostic::Severity;
use crate::lint::pod_security::{levels, of_object, restricted};
use crate::lint::{Check, Findings, Group, Pod, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "restricted-pod-security",
    group: Group::Security,
    summary: "a pod does not meet Pod Security restricted, of which its Namespace warns",
    severity: Severity::Warning,
    page: include_str!("restricted_pod_security.md"),
    check: Check::Everything(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let levels = levels(subject);
    for pod in subject.pods() {
        let levels = of_object(&levels, &pod.object);
        if levels.warn != "restricted" || levels.enforce == "restricted" || must_be_root(pod) {
            continue;
        }
        for (place, breach) in restricted(pod) {
            let message = format!(
                "{} {breach}, but Namespace `{}` warns of pods that are not restricted",
                pod.what(),
                pod.object.namespace()
            );
            findings.pod(pod, &place, message).add_help("set it in the container's `securityContext`");
        }
    }
}

/// The Job that changes the owner of a file system: the team asked for it with `permissions`, and root alone can do it.
fn must_be_root(pod: &Pod<'_>) -> bool {
    pod.object.manifest().is_some()
        && pod.get("/metadata/labels/app.kubernetes.io~1component").is_some_and(|part| part == "storage-permissions")
}
