//! A load balancer that faces the internet.

use crate::diagnostic::Severity;
use crate::lint::{Check, Findings, Group, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "disallowed-public-ingress",
    group: Group::Policy,
    summary: "a load balancer faces the internet, which the platform does not allow",
    severity: Severity::Error,
    page: include_str!("disallowed_public_ingress.md"),
    check: Check::Specs(check),
};

/// Where an object says that its load balancer faces the internet.
const SCHEMES: [(&str, &str); 2] = [
    ("Ingress", "/metadata/annotations/alb.ingress.kubernetes.io~1scheme"),
    ("Service", "/metadata/annotations/service.beta.kubernetes.io~1aws-load-balancer-scheme"),
];
const OF_HEAD_SERVICE: &str = "/headServiceAnnotations/service.beta.kubernetes.io~1aws-load-balancer-scheme";

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let Some(policy) = subject.policy.as_ref().filter(|policy| policy.spec.public_ingress == Some(false)) else {
        return;
    };
    for object in &subject.objects {
        let Some((manifest, _)) = object.of_team() else { continue };
        let own = SCHEMES.iter().filter(|(kind, _)| *kind == object.kind()).map(|(_, pointer)| (*pointer).to_owned());
        let of_heads = object.ray_clusters().into_iter().map(|cluster| cluster.at(OF_HEAD_SERVICE));
        for pointer in own.chain(of_heads).filter(|pointer| object.text(pointer) == "internet-facing") {
            let message =
                format!("{} `{}` faces the internet, which the platform does not allow", object.kind(), object.name());
            findings
                .own(manifest, &pointer, message)
                .add_label(policy.span(&["public-ingress"]), "the policy")
                .add_help("make it `internal`, and reach it through the company's network");
        }
    }
}
