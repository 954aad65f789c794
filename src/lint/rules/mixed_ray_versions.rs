//! Workers that cannot join their head.

use crate::diagnostic::Severity;
use crate::lint::ray;
use crate::lint::{Check, Findings, Group, RayCluster, Rule};

pub(super) static RULE: Rule = Rule {
    name: "mixed-ray-versions",
    group: Group::Ray,
    summary: "a worker group brings another Ray than the head",
    severity: Severity::Error,
    page: include_str!("mixed_ray_versions.md"),
    check: Check::RayCluster(check),
};

fn check(cluster: &RayCluster<'_>, findings: &mut Findings<'_>) {
    let version = |group| ray::image(group)?.ray_version();
    let Some(head) = cluster.get("/headGroupSpec").and_then(version) else { return };
    for (index, group) in cluster.groups().enumerate() {
        let Some(own) = version(group).filter(|own| *own != head) else { continue };
        let name = group["groupName"].as_str().unwrap_or_default();
        let message =
            format!("worker group `{name}` brings Ray {own}, but the head brings {head}: its workers cannot join");
        let image = "/template/spec/containers/0/image";
        findings
            .cluster(cluster, &format!("/workerGroupSpecs/{index}{image}"), message)
            .add_label(cluster.object.span(&cluster.at(&format!("/headGroupSpec{image}"))), "the head's image")
            .add_help("use images of one version of Ray for head and workers");
    }
}
