//! Taints that keep the device plugin off its nodes.

use serde_json::Value;

use crate::diagnostic::Severity;
use crate::fit::{Candidate, Pool, Resource};
use crate::lint::placement::shown_taint;
use crate::lint::{Check, Findings, Group, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "unreachable-device-plugin",
    group: Group::Capacity,
    summary: "a taint of a pool with GPUs or Neuron devices keeps their device plugin off the nodes",
    severity: Severity::Warning,
    page: include_str!("unreachable_device_plugin.md"),
    check: Check::Everything(check),
};

/// Devices, and the one taint that their plugin tolerates as it is installed (NVIDIA/k8s-device-plugin and
/// aws-neuron/neuron-helm-charts, `values.yaml`, tolerations).
const PLUGINS: [(Resource, &str); 2] =
    [(Resource::NvidiaGpu, "nvidia.com/gpu"), (Resource::Neuron, "aws.amazon.com/neuron")];

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for pool in &subject.fits().pools {
        for (device, tolerated) in PLUGINS.into_iter().filter(|(device, _)| has_only(pool, *device)) {
            let taints = pool.object.get("/spec/template/spec/taints").and_then(Value::as_array);
            for (index, taint) in taints.into_iter().flatten().enumerate() {
                let effect = taint["effect"].as_str().unwrap_or_default();
                if effect == "PreferNoSchedule" || effect == "NoSchedule" && taint["key"] == tolerated {
                    continue;
                }
                let message = format!(
                    "the device plugin for `{}` does not tolerate `{}`, so nodes of NodePool `{}` never become ready for pods",
                    device.name(),
                    shown_taint(taint),
                    pool.object.name()
                );
                findings
                    .object(&pool.object, &format!("/spec/template/spec/taints/{index}"), message)
                    .add_help(format!("use the taint `{tolerated}=true:NoSchedule`, or give the plugin's DaemonSet a toleration and waive this"));
            }
        }
    }
}

/// Whether every type that the pool may launch has the device.
fn has_only(pool: &Pool<'_>, device: Resource) -> bool {
    let has = |each: &Candidate| each.offer.capacity.get(device) > 0;
    !pool.candidates.types.is_empty() && pool.candidates.types.iter().all(has)
}
