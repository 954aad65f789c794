//! Pods that their Namespace refuses.

use crate::diagnostic::Severity;
use crate::lint::pod_security::{baseline, injected, levels, of_object, restricted};
use crate::lint::{Check, Findings, Group, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "rejected-by-pod-security",
    group: Group::Security,
    summary: "a pod does not meet what its Namespace enforces",
    severity: Severity::Error,
    page: include_str!("rejected_by_pod_security.md"),
    check: Check::Everything(check),
};

/// Where a security context can be given to what the operator makes.
const GIVE: &str =
    "give it one: `autoscalerOptions.securityContext` for the autoscaler, `submitterPodTemplate` for the submitter";

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let levels = levels(subject);
    for pod in subject.pods() {
        let level = of_object(&levels, &pod.object).enforce;
        let mut breaches = if matches!(level, "baseline" | "restricted") { baseline(pod) } else { continue };
        if level == "restricted" {
            breaches.extend(restricted(pod));
        }
        for (place, breach) in breaches {
            let message = format!(
                "{} {breach}, but Namespace `{}` enforces Pod Security {level}",
                pod.what(),
                pod.object.namespace()
            );
            findings.pod(pod, &place, message).add_help("take it out: the API server refuses every such pod");
        }
    }
    for object in &subject.objects {
        if of_object(&levels, object).enforce != "restricted" {
            continue;
        }
        for (place, breach) in injected(object) {
            let message = format!("{breach}, but Namespace `{}` enforces Pod Security restricted", object.namespace());
            findings.object(object, &place, message).add_help(GIVE);
        }
    }
}
