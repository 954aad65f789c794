//! Containers with the node's rights.

use crate::diagnostic::Severity;
use crate::lint::{Check, Findings, Group, Pod, Rule};

pub(super) static RULE: Rule = Rule {
    name: "privileged-container",
    group: Group::Security,
    summary: "a Ray container runs with all rights on its node",
    severity: Severity::Error,
    page: include_str!("privileged_container.md"),
    check: Check::Pod(check),
};

fn check(pod: &Pod<'_>, findings: &mut Findings<'_>) {
    if pod.role == "other" {
        return;
    }
    for (pointer, container) in pod.all_containers() {
        if container["securityContext"]["privileged"] == true {
            let name = container["name"].as_str().unwrap_or_default();
            let message = format!("container `{name}` of {} is privileged", pod.what());
            findings
                .pod(pod, &format!("{pointer}/securityContext/privileged"), message)
                .add_help("take it out, and add the one capability that is needed");
        }
    }
}
