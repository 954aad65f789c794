//! Images whose Ray is not the stated one.

use crate::diagnostic::Severity;
use crate::lint::ray;
use crate::lint::{Check, Findings, Group, RayCluster, Rule};

pub(super) static RULE: Rule = Rule {
    name: "mismatched-ray-version",
    group: Group::Ray,
    summary: "the image brings another Ray than `ray-version` says",
    severity: Severity::Warning,
    page: include_str!("mismatched_ray_version.md"),
    check: Check::RayCluster(check),
};

fn check(cluster: &RayCluster<'_>, findings: &mut Findings<'_>) {
    let Some(stated) = cluster.ray_version() else { return };
    let head = cluster.get("/headGroupSpec").and_then(|head| ray::image(head)?.ray_version());
    for (pointer, what, group) in cluster.all_groups() {
        let Some(version) = ray::image(group).and_then(|image| image.ray_version()) else { continue };
        let is_head = pointer == "/headGroupSpec";
        // Workers that differ from their head are a defect of their own, and those that agree with it repeat it.
        if version == stated || (!is_head && head.is_some()) {
            continue;
        }
        let image = format!("{pointer}/template/spec/containers/0/image");
        let message = format!("the image of {what} brings Ray {version}, but the cluster's `rayVersion` is {stated}");
        findings
            .cluster(cluster, &image, message)
            .add_label(cluster.object.span(&cluster.at("/rayVersion")), "the stated version")
            .add_help(format!("use an image of Ray {stated}, or write `ray-version = \"{version}\"` (`rayVersion`)"));
    }
}
