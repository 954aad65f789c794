//! Annotations that ingress-nginx refuses by default.

use crate::diagnostic::Severity;
use crate::lint::annotations::NGINX;
use crate::lint::exposure::annotation_pointer;
use crate::lint::karpenter::entries;
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "snippet-annotation",
    group: Group::Network,
    summary: "an Ingress brings nginx configuration of its own, which ingress-nginx refuses by default",
    severity: Severity::Warning,
    page: include_str!("snippet_annotation.md"),
    check: Check::Object(&["Ingress"], check),
};

fn check(ingress: &Object<'_>, findings: &mut Findings<'_>) {
    let of_nginx = |key: &str| key.strip_prefix(NGINX).is_some_and(|name| name.ends_with("-snippet"));
    for (key, _) in entries(ingress, "/metadata/annotations").filter(|(key, _)| of_nginx(key)) {
        let message = format!(
            "Ingress `{}` brings nginx configuration in `{key}`, which ingress-nginx refuses by default",
            ingress.name()
        );
        findings.object(ingress, &annotation_pointer(key), message).add_help(
            "use an annotation of its own for what it does, or waive this where the controller allows snippets",
        );
    }
}
