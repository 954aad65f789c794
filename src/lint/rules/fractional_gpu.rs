//! Part of a device.

use crate::diagnostic::Severity;
use crate::lint::quantity::{amount, is_counted, shown};
use crate::lint::{Check, Findings, Group, Pod, Rule};

pub(super) static RULE: Rule = Rule {
    name: "fractional-gpu",
    group: Group::Pod,
    summary: "a container asks for a part of a device",
    severity: Severity::Error,
    page: include_str!("fractional_gpu.md"),
    check: Check::Pod(check),
};

/// Their quantities are part of the manifest schemas.
const IN_SCHEMAS: [&str; 4] =
    ["nvidia.com/gpu", "aws.amazon.com/neuron", "aws.amazon.com/neuroncore", "vpc.amazonaws.com/efa"];

fn check(pod: &Pod<'_>, findings: &mut Findings<'_>) {
    for (pointer, container) in pod.all_containers() {
        for list in ["limits", "requests"] {
            let Some(amounts) = container["resources"][list].as_object() else { continue };
            for (resource, value) in amounts {
                if !is_counted(resource) || resource.starts_with("hugepages-") || IN_SCHEMAS.contains(&resource) {
                    continue;
                }
                let whole = amount(value).is_none_or(|amount| amount.fract() == 0.0);
                let limited = list == "limits" || container["resources"]["limits"].get(resource).is_some();
                if whole && limited {
                    continue;
                }
                let place = format!("{pointer}/resources/{list}/{}", resource.replace('~', "~0").replace('/', "~1"));
                let (what, help) = if whole {
                    (
                        format!("requests {} of `{resource}` without a limit", shown(value)),
                        "set a limit of the same number",
                    )
                } else {
                    (
                        format!("asks for {} of `{resource}`, which is counted in whole pieces", shown(value)),
                        "share a device with Ray's own `num_gpus` of tasks, or by the device plugin's time slicing",
                    )
                };
                findings.pod(pod, &place, format!("{} {what}", pod.what())).add_help(help);
            }
        }
    }
}
