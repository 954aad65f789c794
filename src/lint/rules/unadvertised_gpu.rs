//! Accelerators that the autoscaler does not see.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::ray;
use crate::lint::{Check, Findings, Group, RayCluster, Rule};

pub(super) static RULE: Rule = Rule {
    name: "unadvertised-gpu",
    group: Group::Ray,
    summary: "Ray's autoscaler does not see the accelerators of a worker group",
    severity: Severity::Warning,
    page: include_str!("unadvertised_gpu.md"),
    check: Check::RayCluster(check),
};

const VENDORS: [&str; 4] = ["nvidia.com/", "amd.com/", "aws.amazon.com/neuron", "habana.ai/"];

fn check(cluster: &RayCluster<'_>, findings: &mut Findings<'_>) {
    if !cluster.autoscaling() {
        return;
    }
    for (index, group) in cluster.groups().enumerate() {
        let params = &group["rayStartParams"];
        let stated = ["num-gpus", "resources"].iter().any(|name| ray::is_set(params.get(name)));
        if stated || group["resources"].as_object().is_some_and(|resources| !resources.is_empty()) {
            continue;
        }
        let limits = "/template/spec/containers/0/resources/limits";
        let devices = group.pointer(limits).and_then(Value::as_object);
        let seen = |name: &str| name.ends_with("gpu") || name == "google.com/tpu";
        let device = |name: &str| VENDORS.iter().any(|vendor| name.starts_with(vendor));
        let mut unseen = devices.into_iter().flatten().map(|(name, _)| name).filter(|name| device(name) && !seen(name));
        let Some(name) = unseen.next() else { continue };
        let group_name = group["groupName"].as_str().unwrap_or_default();
        let message = format!(
            "worker group `{group_name}` has `{name}`, which Ray's autoscaler does not know: tasks that need it wait for ever"
        );
        findings
            .cluster(cluster, &format!("/workerGroupSpecs/{index}{limits}/{}", name.replace('/', "~1")), message)
            .add_help(if name.contains("neuron") {
                "say it in Ray's words: `ray-start-params.resources` with `neuron_cores`"
            } else {
                "say it in Ray's words: `ray-start-params.num-gpus`"
            });
    }
}
