//! Pods of which their Namespace warns.

use crate::diagnostic::Severity;
use crate::lint::pod_security::{levels, of_object, restricted};
use crate::lint::{Check, Findings, Group, Rule, Subject};

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
        if levels.warn != "restricted" || levels.enforce == "restricted" {
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
