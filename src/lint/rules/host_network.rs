//! Ray on the node's network.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::pod_security::{levels, of_object};
use crate::lint::{Check, Findings, Group, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "host-network",
    group: Group::Security,
    summary: "a Ray pod uses its node's network",
    severity: Severity::Warning,
    page: include_str!("host_network.md"),
    check: Check::Everything(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let levels = levels(subject);
    for pod in subject.pods() {
        let on_host = pod.role != "other" && pod.get("/spec/hostNetwork") == Some(&Value::Bool(true));
        if !on_host || matches!(of_object(&levels, &pod.object).enforce, "baseline" | "restricted") {
            continue;
        }
        let message = format!("{} uses its node's network, so a node takes one of them", pod.what());
        findings
            .pod(pod, "/spec/hostNetwork", message)
            .add_help("take `hostNetwork` out; EFA and NCCL work without it");
    }
}
