//! Ray node labels that are no Kubernetes labels.

use crate::diagnostic::Severity;
use crate::lint::{Check, Findings, Group, RayCluster, Rule};

pub(super) static RULE: Rule = Rule {
    name: "invalid-ray-label",
    group: Group::Ray,
    summary: "a Ray node label has a key or value that KubeRay refuses",
    severity: Severity::Error,
    page: include_str!("invalid_ray_label.md"),
    check: Check::RayCluster(check),
};

fn check(cluster: &RayCluster<'_>, findings: &mut Findings<'_>) {
    for (pointer, what, group) in cluster.all_groups() {
        for (key, value) in group["labels"].as_object().into_iter().flatten() {
            let Some(text) = value.as_str() else { continue };
            let wrong = match (qualified_name(key), label_value(text)) {
                (false, _) => format!("the key `{key}`"),
                (true, false) => format!("the value `{text}` of `{key}`"),
                (true, true) => continue,
            };
            let message =
                format!("{what} has a Ray label that KubeRay refuses: {wrong} is not that of a Kubernetes label");
            findings
                .cluster(cluster, &format!("{pointer}/labels/{}", key.replace('~', "~0").replace('/', "~1")), message)
                .add_help("use at most 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends");
        }
    }
}

/// `validation.IsQualifiedName`: a name, with a DNS subdomain before a slash if there is one.
fn qualified_name(key: &str) -> bool {
    let (domain, name) = key.split_once('/').map_or((None, key), |(domain, name)| (Some(domain), name));
    let subdomain = |text: &str| {
        let lower = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        let part =
            |part: &str| part.starts_with(lower) && part.ends_with(lower) && part.chars().all(|c| lower(c) || c == '-');
        text.len() <= 253 && text.split('.').all(part)
    };
    !name.is_empty() && label_value(name) && domain.is_none_or(subdomain)
}

/// `validation.IsValidLabelValue`.
fn label_value(text: &str) -> bool {
    let end = |c: char| c.is_ascii_alphanumeric();
    text.is_empty()
        || text.len() <= 63
            && text.starts_with(end)
            && text.ends_with(end)
            && text.chars().all(|c| end(c) || matches!(c, '-' | '_' | '.'))
}
