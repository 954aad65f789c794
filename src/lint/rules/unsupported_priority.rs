//! Priorities of groups that Ray cannot read.

use semver::Version;

use crate::diagnostic::Severity;
use crate::lint::ray;
use crate::lint::{Check, Findings, Group, RayCluster, Rule};

pub(super) static RULE: Rule = Rule {
    name: "unsupported-priority",
    group: Group::Ray,
    summary: "a worker group has a priority that its Ray or its autoscaler does not know",
    severity: Severity::Error,
    page: include_str!("unsupported_priority.md"),
    check: Check::RayCluster(check),
};

/// First Ray whose autoscaler reads priorities (KubeRay `utils/validation.go`, v1.7.0).
const SINCE: Version = Version::new(2, 56, 0);

fn check(cluster: &RayCluster<'_>, findings: &mut Findings<'_>) {
    let version = cluster.ray_version();
    let old = version.as_ref().is_none_or(|version| *version < SINCE);
    if !old && cluster.autoscaler_v2() {
        return;
    }
    for (index, group) in cluster.groups().enumerate() {
        let Some(priority) = group["priority"].as_i64().filter(|priority| *priority != 0) else { continue };
        let name = group["groupName"].as_str().unwrap_or_default();
        let (reason, help) = match &version {
            Some(version) if old => {
                (format!("Ray {version} knows none before {SINCE}"), "upgrade Ray, or take the priority out")
            }
            None => (
                format!("no version says that Ray is {SINCE} or newer"),
                "write `rayVersion`, or take the priority out",
            ),
            _ => {
                ("autoscaler version 2 does not run".to_owned(), "let the cluster autoscale, or take the priority out")
            }
        };
        let message =
            format!("worker group `{name}` has priority {priority}, but {reason}: KubeRay refuses the cluster");
        let pointer = format!("/workerGroupSpecs/{index}/priority");
        let fix = ray::remove_fix(&cluster.object, &cluster.at(&pointer), "priority");
        let diagnostic = findings.cluster(cluster, &pointer, message);
        diagnostic.add_label(cluster.object.span(&cluster.at("/rayVersion")), "Ray's version").add_help(help);
        if let Some(fix) = fix {
            diagnostic.add_fix(fix);
        }
    }
}
