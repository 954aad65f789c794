//! GPUs that nobody asked for.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::placement::{requirements, same_owner, selected};
use crate::lint::{Check, Findings, Group, Object, Pod, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "gpu-without-request",
    group: Group::Capacity,
    summary: "a pod sits on GPU nodes without asking for a GPU",
    severity: Severity::Warning,
    page: include_str!("gpu_without_request.md"),
    check: Check::Everything(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let pools = subject.node_pools();
    for pod in subject.pods().iter().filter(|pod| matches!(pod.role, "head" | "worker")) {
        if asks_for_devices(pod) {
            continue;
        }
        let selector = pod.get("/spec/nodeSelector").and_then(Value::as_object);
        let by_label = selector.is_some_and(|labels| labels.keys().any(is_of_gpu));
        let pool = pools.selected_by(pod).and_then(|pool| Some((pool, gpu_requirement(pool)?)));
        let nodes = match pool {
            Some((pool, _)) => format!("the GPU nodes of `{}`", pool.name()),
            None if by_label => "GPU nodes".to_owned(),
            None if selected(pod).is_none() && tolerates_gpus(pod) => "GPU nodes by its toleration".to_owned(),
            None => continue,
        };
        let message = format!("{} of `{}` runs on {nodes}, but asks for no GPU", pod.what(), pod.object.name());
        let found = match pool {
            Some((pool, index)) if same_owner(pool, pod) => {
                findings.object(pool, &format!("/spec/template/spec/requirements/{index}"), message)
            }
            _ => findings.pod(pod, "/spec/containers/0/resources/limits", message),
        };
        found.add_help("write `gpu = { model = \"…\", count = 1 }` (`nvidia.com/gpu: 1` in the limits), or choose instances without GPUs");
    }
}

/// Whether it names the taint that keeps others off GPU nodes, as no pod does that needs none.
fn tolerates_gpus(pod: &Pod<'_>) -> bool {
    let tolerations = pod.get("/spec/tolerations").and_then(Value::as_array);
    pod.role == "worker" && tolerations.into_iter().flatten().any(|toleration| toleration["key"] == "nvidia.com/gpu")
}

fn is_of_gpu(key: &str) -> bool {
    key.starts_with("karpenter.k8s.aws/instance-gpu-")
}

/// The requirement that makes every node of a pool one with GPUs.
fn gpu_requirement(pool: &Object<'_>) -> Option<usize> {
    requirements(pool).position(|requirement| {
        let key = requirement["key"].as_str().unwrap_or_default();
        let positive = matches!(requirement["operator"].as_str(), Some("In" | "Exists" | "Gt"));
        is_of_gpu(key) && positive
            || key == "karpenter.k8s.aws/instance-category"
                && requirement["operator"] == "In"
                && only_accelerated(requirement)
    })
}

/// The categories g and p have GPUs in every type.
fn only_accelerated(requirement: &Value) -> bool {
    let values = requirement["values"].as_array();
    values.is_some_and(|values| !values.is_empty() && values.iter().all(|value| value == "g" || value == "p"))
}

fn asks_for_devices(pod: &Pod<'_>) -> bool {
    let claims = pod.get("/spec/resourceClaims").and_then(Value::as_array).is_some_and(|claims| !claims.is_empty());
    claims
        || pod.containers().any(|container| {
            let limits = container["resources"]["limits"].as_object();
            limits.is_some_and(|limits| limits.keys().any(crate::lint::quantity::is_counted))
        })
}
