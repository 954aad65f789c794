//! Taints that keep the device plugin off its nodes.

use crate::diagnostic::Severity;
use crate::fit::{Pool, Resource};
use crate::json::Value;
use crate::lint::karpenter::{REQUIREMENTS, items};
use crate::lint::placement::shown_taint;
use crate::lint::ray::remove_fix;
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

const TAINTS: &str = "/spec/template/spec/taints";
/// The requirement that `gpu` of a spec makes.
const GPU_COUNT: &str = "karpenter.k8s.aws/instance-gpu-count";

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for pool in &subject.fits().pools {
        for (device, tolerated) in PLUGINS.into_iter().filter(|(device, _)| has_only(pool, *device)) {
            let taints = pool.object.get(TAINTS).and_then(Value::as_array);
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
                let pointer = format!("{TAINTS}/{index}");
                let found = findings.object(&pool.object, &pointer, message);
                found.add_help(format!(
                    "use the taint `{tolerated}=true:NoSchedule`, or give the plugin's DaemonSet a toleration and waive this"
                ));
                // A group with `gpu` that writes no taints gets the right one.
                let only = pool.object.get(&format!("{TAINTS}/1")).is_none();
                let by_gpu = items(&pool.object, REQUIREMENTS).any(|(_, each)| each["key"] == GPU_COUNT);
                if let Some(fix) = remove_fix(&pool.object, TAINTS, "taints").filter(|_| only && by_gpu) {
                    found.add_fix(fix);
                }
            }
        }
    }
}

/// Whether every type that the pool may launch has the device.
fn has_only(pool: &Pool<'_>, device: Resource) -> bool {
    !pool.candidates.is_empty() && pool.candidates.iter().all(|(_, offer)| offer.capacity.get(device) > 0)
}
