//! A dashboard on the internet.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::exposure::{Port, annotation, annotation_pointer, asks_for_token, asks_who, faces_the_internet};
use crate::lint::{Check, Findings, Group, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "public-ingress",
    group: Group::Security,
    summary: "a dashboard is reachable from the whole internet",
    severity: Severity::Warning,
    page: include_str!("public_ingress.md"),
    check: Check::Everything(check),
};

const SCHEME: &str = "alb.ingress.kubernetes.io/scheme";
/// What narrows the callers down.
const NARROWING: [&str; 4] = ["inbound-cidrs", "security-groups", "security-group-prefix-lists", "wafv2-acl-arn"];
const OF_SERVICE: &str = "service.beta.kubernetes.io/aws-load-balancer-scheme";

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    // Then every such Ingress is an error of `disallowed-public-ingress`.
    if subject.policy.as_ref().is_some_and(|policy| policy.spec.public_ingress == Some(false)) {
        return;
    }
    for exposure in subject.exposures().iter().filter(|exposure| exposure.port == Port::Dashboard) {
        let ingress = &exposure.ingress;
        let narrowed =
            NARROWING.iter().any(|key| annotation(ingress, &format!("alb.ingress.kubernetes.io/{key}")).is_some());
        let guarded = asks_for_token(&exposure.cluster) || asks_who(ingress);
        if faces_the_internet(ingress) && guarded && !narrowed {
            let message =
                format!("the dashboard of `{}` is reachable from the whole internet", exposure.cluster.object.name());
            findings
                .object(ingress, &annotation_pointer(SCHEME), message)
                .add_help("write `scheme = \"internal\"`, or name the networks that may call in the annotation `alb.ingress.kubernetes.io/inbound-cidrs`");
        }
    }
    for object in &subject.objects {
        for cluster in object.ray_clusters().into_iter().filter(asks_for_token) {
            for pointer in ["/headServiceAnnotations", "/headGroupSpec/headService/metadata/annotations"] {
                let scheme = cluster.get(pointer).and_then(|annotations| annotations.get(OF_SERVICE));
                if scheme.and_then(Value::as_str) == Some("internet-facing") {
                    let message =
                        format!("the head Service of `{}` is reachable from the whole internet", object.name());
                    findings.cluster(&cluster, pointer, message).add_help("make the load balancer `internal`");
                }
            }
        }
    }
}
