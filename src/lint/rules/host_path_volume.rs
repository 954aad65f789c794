//! The node's disk in a Ray pod.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::pod_security::{levels, of_object};
use crate::lint::{Check, Findings, Group, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "host-path-volume",
    group: Group::Security,
    summary: "a Ray pod mounts a directory of its node",
    severity: Severity::Warning,
    page: include_str!("host_path_volume.md"),
    check: Check::Everything(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let levels = levels(subject);
    for pod in subject.pods() {
        if pod.role == "other" || matches!(of_object(&levels, &pod.object).enforce, "baseline" | "restricted") {
            continue;
        }
        let volumes = pod.get("/spec/volumes").and_then(Value::as_array);
        for (index, volume) in volumes.into_iter().flatten().enumerate() {
            let Some(path) = volume["hostPath"]["path"].as_str() else { continue };
            let message = format!("{} mounts `{path}` of its node", pod.what());
            findings
                .pod(pod, &format!("/spec/volumes/{index}"), message)
                .add_help("use an `emptyDir` for scratch space, or a claim for what must stay");
        }
    }
}
