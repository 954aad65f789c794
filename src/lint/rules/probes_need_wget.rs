//! Slim images under probes that call `wget`.

use semver::Version;

use crate::diagnostic::Severity;
use crate::lint::ray;
use crate::lint::{Check, Findings, Group, RayCluster, Rule};

pub(super) static RULE: Rule = Rule {
    name: "probes-need-wget",
    group: Group::Ray,
    summary: "KubeRay's probes call `wget`, which a slim image does not have",
    severity: Severity::Warning,
    page: include_str!("probes_need_wget.md"),
    check: Check::RayCluster(check),
};

/// First Ray that is probed by HTTP (KubeRay `common/pod.go`, v1.7.0).
const SINCE: Version = Version::new(2, 53, 0);
const SLIM: [&str; 4] = ["slim", "alpine", "distroless", "minimal"];

fn check(cluster: &RayCluster<'_>, findings: &mut Findings<'_>) {
    if cluster.ray_version().is_some_and(|version| version >= SINCE) {
        return;
    }
    for (pointer, what, group) in cluster.all_groups() {
        let container = "/template/spec/containers/0";
        let Some(container_of) = group.pointer(container) else { continue };
        let own = ["livenessProbe", "readinessProbe"].iter().all(|probe| ray::is_set(container_of.get(probe)));
        let image = container_of["image"].as_str().unwrap_or_default();
        if own || !SLIM.iter().any(|word| image.contains(word)) {
            continue;
        }
        let version = cluster.get("/rayVersion").and_then(crate::json::Value::as_str).unwrap_or("none");
        let message =
            format!("{what} has the slim image `{image}`, but with `rayVersion` {version} KubeRay probes by `wget`");
        findings.cluster(cluster, &format!("{pointer}{container}/image"), message).add_help(format!(
            "install wget in the image, write probes of your own, or use Ray {SINCE}, which is probed by HTTP"
        ));
    }
}
