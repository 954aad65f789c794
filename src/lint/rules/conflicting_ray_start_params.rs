//! Flags of `ray start` that the group says in another field too.

use crate::diagnostic::Diagnostic;
use crate::lint::ray;
use crate::diagnostic::Severity;
use crate::lint::{Check, Findings, Group, RayCluster, Rule};

pub(super) static RULE: Rule = Rule {
    name: "conflicting-ray-start-params",
    group: Group::Ray,
    summary: "`ray-start-params` says what another field says",
    severity: Severity::Error,
    page: include_str!("conflicting_ray_start_params.md"),
    check: Check::RayCluster(check),
};

/// The flags that `resources` of a group replaces (KubeRay `utils/validation.go`, v1.7.0).
const AMOUNTS: [&str; 4] = ["num-cpus", "num-gpus", "memory", "resources"];

fn check(cluster: &RayCluster<'_>, findings: &mut Findings<'_>) {
    for (pointer, what, group) in cluster.all_groups() {
        let Some(params) = group["rayStartParams"].as_object() else { continue };
        if params.contains_key("labels") {
            let message = format!("{what} passes `labels` to `ray start`, which KubeRay refuses");
            report(cluster, findings, &format!("{pointer}/rayStartParams/labels"), message)
                .add_help("write the labels under `ray-labels` (the group's field `labels`)");
        }
        if group["resources"].as_object().is_none_or(serde_json::Map::is_empty) {
            continue;
        }
        for name in AMOUNTS.into_iter().filter(|name| params.contains_key(*name)) {
            let message = format!("{what} says `{name}` in `rayStartParams` and has `resources` too: KubeRay takes one of them");
            let place = cluster.object.span(&cluster.at(&format!("{pointer}/resources")));
            report(cluster, findings, &format!("{pointer}/rayStartParams/{name}"), message)
                .add_label(place, "the other one")
                .add_help(format!("take `{name}` out, or unset it, and keep `ray-resources` (the field `resources`)"));
        }
    }
}

fn report<'f>(
    cluster: &RayCluster<'_>,
    findings: &'f mut Findings<'_>,
    pointer: &str,
    message: String,
) -> &'f mut Diagnostic {
    let fix = ray::remove_fix(&cluster.object, &cluster.at(pointer), pointer.rsplit('/').next().unwrap_or_default());
    let diagnostic = findings.cluster(cluster, pointer, message);
    if let Some(fix) = fix {
        diagnostic.add_fix(fix);
    }
    diagnostic
}
