//! A login that nobody can ask for.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::exposure::{annotation, annotation_pointer};
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "incomplete-ingress-auth",
    group: Group::Security,
    summary: "people are to log in, but the load balancer does not know how",
    severity: Severity::Error,
    page: include_str!("incomplete_ingress_auth.md"),
    check: Check::Object(&["Ingress"], check),
};

const OIDC: [&str; 5] = ["issuer", "authorizationEndpoint", "tokenEndpoint", "userInfoEndpoint", "secretName"];
const COGNITO: [&str; 3] = ["userPoolARN", "userPoolClientID", "userPoolDomain"];

/// In annotations; specs are judged when they are resolved.
fn check(ingress: &Object<'_>, findings: &mut Findings<'_>) {
    let auth_type = annotation(ingress, "alb.ingress.kubernetes.io/auth-type").unwrap_or_default();
    let fields: &[&str] = match auth_type {
        "oidc" => &OIDC,
        "cognito" => &COGNITO,
        _ => return,
    };
    let key = format!("alb.ingress.kubernetes.io/auth-idp-{auth_type}");
    let name = ingress.name();
    let Some(text) = annotation(ingress, &key) else {
        let message = format!("Ingress `{name}` has people log in with `{auth_type}`, but has no annotation `{key}`");
        let pointer = annotation_pointer("alb.ingress.kubernetes.io/auth-type");
        findings.object(ingress, &pointer, message).add_help(format!("write it with {}", quoted(fields)));
        return;
    };
    // What is no JSON is another rule's.
    let Ok(details) = serde_json::from_str::<Value>(text) else { return };
    let missing: Vec<&str> =
        fields.iter().copied().filter(|field| details[*field].as_str().is_none_or(str::is_empty)).collect();
    if !missing.is_empty() {
        let message = format!("annotation `{key}` of Ingress `{name}` lacks {}", quoted(&missing));
        findings.object(ingress, &annotation_pointer(&key), message).add_help("the controller needs all of them");
    }
}

fn quoted(texts: &[&str]) -> String {
    texts.iter().map(|text| format!("`{text}`")).collect::<Vec<_>>().join(", ")
}
