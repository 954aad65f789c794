//! Secrets in the clear.

use std::collections::BTreeSet;

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::exposure::{
    Controller, Port, annotation, annotation_pointer, asks_for_token, asks_who, controller, group,
};
use crate::lint::{Check, Findings, Group, Object, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "plain-http-auth",
    group: Group::Security,
    summary: "a token or password travels over plain HTTP",
    severity: Severity::Warning,
    page: include_str!("plain_http_auth.md"),
    check: Check::Everything(check),
};

const LISTEN: &str = "alb.ingress.kubernetes.io/listen-ports";
const REDIRECT: &str = "alb.ingress.kubernetes.io/ssl-redirect";

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let redirected: BTreeSet<_> = subject
        .of_kind("Ingress")
        .filter(|ingress| annotation(ingress, REDIRECT).is_some())
        .filter_map(group)
        .collect();
    let mut last = None;
    for exposure in subject.exposures().iter().filter(|exposure| exposure.port == Port::Dashboard) {
        let ingress = &exposure.ingress;
        let secret = asks_for_token(&exposure.cluster) || asks_who(ingress);
        let place = (ingress.environment_name, ingress.namespace(), ingress.name());
        if !secret || last == Some(place) || group(ingress).is_some_and(|group| redirected.contains(&group)) {
            continue;
        }
        let Some((pointer, help)) = plain(ingress) else { continue };
        last = Some(place);
        let message =
            format!("the login to the dashboard of `{}` travels over plain HTTP", exposure.cluster.object.name());
        findings.object(ingress, &pointer, message).add_help(help);
    }
}

/// Where an Ingress takes plain HTTP, and what to do.
fn plain(ingress: &Object<'_>) -> Option<(String, &'static str)> {
    match controller(ingress) {
        Controller::Alb => {
            // Without `listen-ports` it is 443 if there is a certificate, else 80.
            let http = match annotation(ingress, LISTEN) {
                Some(ports) => takes_http(ports),
                None => annotation(ingress, "alb.ingress.kubernetes.io/certificate-arn").is_none(),
            };
            (http && annotation(ingress, REDIRECT).is_none()).then(|| {
                (
                    annotation_pointer(LISTEN),
                    "listen on HTTPS alone, or add `alb.ingress.kubernetes.io/ssl-redirect: \"443\"`",
                )
            })
        }
        Controller::Nginx => {
            let tls = ingress.get("/spec/tls").and_then(Value::as_array).is_some_and(|tls| !tls.is_empty());
            // Set where TLS ends before nginx.
            let forced = annotation(ingress, "nginx.ingress.kubernetes.io/force-ssl-redirect") == Some("true");
            (!tls && !forced).then(|| ("/spec/tls".to_owned(), "name the Secret with the certificate: `tls-secret`"))
        }
        // Listeners are the Gateway's, which is the site's.
        Controller::Gateway | Controller::Other => None,
    }
}

fn takes_http(ports: &str) -> bool {
    let ports = serde_json::from_str::<Value>(ports).unwrap_or_default();
    ports.as_array().into_iter().flatten().any(|port| port.get("HTTP").is_some())
}
