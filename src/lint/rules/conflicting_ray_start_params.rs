//! Flags of `ray start` that the group says in another field too.

use crate::diagnostic::Severity;
use crate::lint::ray;
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
            let place = format!("{pointer}/rayStartParams/labels");
            let fix = ray::remove_fix(&cluster.object, &cluster.at(&place), "labels");
            let diagnostic = findings.cluster(cluster, &place, message);
            diagnostic.add_help("write the labels under `ray-labels` (the group's field `labels`)");
            if let Some(fix) = fix {
                diagnostic.add_fix(fix);
            }
        }
        if group["resources"].as_object().is_none_or(crate::json::Map::is_empty) {
            continue;
        }
        let Some(name) = AMOUNTS.into_iter().find(|name| params.contains_key(name)) else { continue };
        let message = format!(
            "{what} has `resources` and says `{name}` in `rayStartParams` too: KubeRay takes only one of the two"
        );
        // The flag may be a default, so the place to mend is that of the resources.
        findings
            .cluster(cluster, &format!("{pointer}/resources"), message)
            .add_label(cluster.object.span(&cluster.at(&format!("{pointer}/rayStartParams/{name}"))), "the flag")
            .add_help(format!("keep one of them, for example by `unset = [\"ray-start-params.{name}\"]`"));
    }
}
