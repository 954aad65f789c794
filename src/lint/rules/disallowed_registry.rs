//! An image from a registry that is not allowed.

use std::borrow::Cow;

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::{Check, Findings, Group, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "disallowed-registry",
    group: Group::Policy,
    summary: "an image comes from a registry that the platform does not allow",
    severity: Severity::Error,
    page: include_str!("disallowed_registry.md"),
    check: Check::Specs(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let Some(policy) = &subject.policy else { return };
    let Some(allowed) = &policy.spec.allowed_registries else { return };
    let full: Vec<Cow<'_, str>> = allowed.iter().map(|prefix| normalized(prefix)).collect();
    let listed: Vec<String> = allowed.iter().map(|prefix| format!("`{prefix}`")).collect();
    for object in &subject.objects {
        let Some((manifest, _)) = object.of_team() else { continue };
        let mut judge = |pointer: &str, image: Option<&Value>| {
            let Some(image) = image.and_then(Value::as_str) else { return };
            if full.iter().any(|prefix| comes_from(&normalized(image), prefix)) {
                return;
            }
            let message = format!("image `{image}` comes from a registry that the platform does not allow");
            findings
                .own(manifest, pointer, message)
                .add_label(policy.span(&["allowed-registries"]), "the allowed ones")
                .add_help(format!("use or mirror it under {}", listed.join(" or ")));
        };
        for pod in object.pods() {
            for (pointer, container) in pod.all_containers() {
                judge(&pod.at(&format!("{pointer}/image")), container.get("image"));
            }
        }
        for cluster in object.ray_clusters() {
            let pointer = "/autoscalerOptions/image";
            judge(&cluster.at(pointer), cluster.get(pointer));
        }
    }
}

/// With the registry written out: a first part with a dot or a port is one, and Docker Hub is meant otherwise
/// (distribution/reference, `normalize.go`).
fn normalized(image: &str) -> Cow<'_, str> {
    let registry = match image.split_once('/') {
        Some((first, _)) => first.contains(['.', ':']) || first == "localhost",
        None => false,
    };
    match (registry, image.contains('/')) {
        (true, _) => Cow::Borrowed(image),
        (false, true) => Cow::Owned(format!("docker.io/{image}")),
        (false, false) => Cow::Owned(format!("docker.io/library/{image}")),
    }
}

/// Whether the prefix ends where a part of the name ends: `acme/ray` allows no `acme/rayon`.
fn comes_from(image: &str, prefix: &str) -> bool {
    image
        .strip_prefix(prefix)
        .is_some_and(|rest| prefix.ends_with('/') || rest.is_empty() || rest.starts_with(['/', ':', '@']))
}
