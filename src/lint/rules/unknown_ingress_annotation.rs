//! Annotations that no controller reads.

use crate::diagnostic::{Severity, did_you_mean};
use crate::lint::annotations::{candidates, is_known};
use crate::lint::exposure::annotation_pointer;
use crate::lint::karpenter::entries;
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "unknown-ingress-annotation",
    group: Group::Network,
    summary: "an Ingress has an annotation that its controller does not know",
    severity: Severity::Warning,
    page: include_str!("unknown_ingress_annotation.md"),
    check: Check::Object(&["Ingress"], check),
};

/// What people write for settings that are attributes of the ALB.
const ATTRIBUTES: [(&str, &str); 3] = [
    ("connection-idle-timeout", "idle_timeout.timeout_seconds=600"),
    ("idle-timeout", "idle_timeout.timeout_seconds=600"),
    ("deletion-protection", "deletion_protection.enabled=true"),
];

fn check(ingress: &Object<'_>, findings: &mut Findings<'_>) {
    for (key, _) in entries(ingress, "/metadata/annotations").filter(|(key, _)| is_known(key) == Some(false)) {
        let (prefix, known) = candidates(key);
        let name = &key[prefix.len()..];
        let message =
            format!("Ingress `{}` has the annotation `{key}`, which its controller does not know", ingress.name());
        let help = match ATTRIBUTES.iter().find(|(wrong, _)| *wrong == name) {
            Some((_, attribute)) => format!("it is an attribute: `{prefix}load-balancer-attributes: {attribute}`"),
            None => match did_you_mean(name, known.iter().copied()) {
                Some(close) => format!("did you mean `{prefix}{close}`?"),
                None => "take it out: nothing reads it".to_owned(),
            },
        };
        findings.object(ingress, &annotation_pointer(key), message).add_help(help);
    }
}
