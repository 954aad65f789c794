//! Images whose tag moves.

use crate::diagnostic::Severity;
use crate::lint::ray::Image;
use crate::lint::{Check, Findings, Group, Pod, Rule};

pub(super) static RULE: Rule = Rule {
    name: "floating-image-tag",
    group: Group::Ray,
    summary: "an image has a tag that means something else tomorrow",
    severity: Severity::Warning,
    page: include_str!("floating_image_tag.md"),
    check: Check::Pod(check),
};

const MOVING: [&str; 4] = ["latest", "nightly", "master", "main"];

fn check(pod: &Pod<'_>, findings: &mut Findings<'_>) {
    for (pointer, container) in pod.all_containers() {
        let Some(text) = container["image"].as_str().filter(|text| !text.is_empty()) else { continue };
        let image = Image::parse(text);
        let moves = match image.tag {
            _ if image.pinned => continue,
            None => "no tag, which means `latest`".to_owned(),
            Some(tag) if MOVING.contains(&tag.split('-').next().unwrap_or_default()) => {
                format!("the tag `{tag}`, which moves")
            }
            Some(_) => continue,
        };
        let name = container["name"].as_str().unwrap_or_default();
        let message = format!("the image of container `{name}` of {} has {moves}", pod.what());
        findings
            .pod(pod, &format!("{pointer}/image"), message)
            .add_help("write a tag with a version, such as `2.52.0-py311`, or a digest");
    }
}
