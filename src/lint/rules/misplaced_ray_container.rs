//! Sidecars in the place of the Ray container.

use crate::diagnostic::Severity;
use crate::lint::{Check, Findings, Group, Pod, Rule};

pub(super) static RULE: Rule = Rule {
    name: "misplaced-ray-container",
    group: Group::Pod,
    summary: "another container comes first, where KubeRay starts Ray",
    severity: Severity::Error,
    page: include_str!("misplaced_ray_container.md"),
    check: Check::Pod(check),
};

/// Names by which samples, the Helm chart and raygen call the Ray container.
const RAY: [&str; 3] = ["ray-head", "ray-worker", "ray"];

fn check(pod: &Pod<'_>, findings: &mut Findings<'_>) {
    if !matches!(pod.role, "head" | "worker") {
        return;
    }
    let names: Vec<&str> = pod.containers().map(|container| container["name"].as_str().unwrap_or_default()).collect();
    let Some(index) = names.iter().position(|name| RAY.contains(name)).filter(|index| *index > 0) else { return };
    let (first, ray) = (names[0], names[index]);
    let message = format!(
        "container `{first}` of {} comes before `{ray}`: KubeRay starts Ray in the first container",
        pod.what()
    );
    findings
        .pod(pod, "/spec/containers/0", message)
        .add_label(pod.object.span(&pod.at(&format!("/spec/containers/{index}"))), "the Ray container")
        .add_help(format!("put `{ray}` first"));
}
