//! Secrets without what the ALB looks for in them.

use std::collections::BTreeSet;

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::exposure::{annotation, annotation_pointer};
use crate::lint::karpenter::{entries, items};
use crate::lint::{Check, Findings, Group, Object, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "incomplete-auth-secret",
    group: Group::Security,
    summary: "the Secret of an ALB's login lacks a key",
    severity: Severity::Error,
    page: include_str!("incomplete_auth_secret.md"),
    check: Check::Everything(check),
};

const OIDC: &str = "alb.ingress.kubernetes.io/auth-idp-oidc";
/// What the controller reads (AWS Load Balancer Controller `pkg/ingress/model_build_actions.go`, v3).
const KEYS: [&str; 2] = ["clientID", "clientSecret"];
/// Its predecessor's name for the first, which it takes too.
const OLD_ID: &str = "clientId";

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for ingress in subject.of_kind("Ingress") {
        let details = annotation(ingress, OIDC).and_then(|text| serde_json::from_str::<Value>(text).ok());
        let Some(name) = details.as_ref().and_then(|details| details["secretName"].as_str()) else { continue };
        for secret in subject.beside(ingress) {
            let Some(keys) = keys(secret, name) else { continue };
            let has = |key: &str| keys.contains(key) || key == KEYS[0] && keys.contains(OLD_ID);
            let missing: Vec<String> = KEYS.iter().filter(|key| !has(key)).map(|key| format!("`{key}`")).collect();
            if missing.is_empty() {
                continue;
            }
            let message = format!(
                "Ingress `{}` has people log in with {} `{name}`, which lacks {}",
                ingress.name(),
                secret.kind(),
                missing.join(" and ")
            );
            findings
                .object(ingress, &annotation_pointer(OIDC), message)
                .add_label(secret.span("/metadata/name"), "the Secret is described here")
                .add_help("give it the keys `clientID` and `clientSecret`, spelled so");
        }
    }
}

/// The keys that a Secret of that name will have, if the object makes it and they can be known.
fn keys<'a>(object: &Object<'a>, name: &str) -> Option<BTreeSet<&'a str>> {
    match object.kind() {
        "Secret" if object.name() == name => {
            let written = entries(object, "/data").chain(entries(object, "/stringData"));
            Some(written.map(|(key, _)| key).collect())
        }
        "ExternalSecret" => {
            let target = object.get("/spec/target/name").and_then(Value::as_str).unwrap_or(object.name());
            // What `dataFrom` and templates from elsewhere bring is not known.
            let open = ["/spec/dataFrom", "/spec/target/template/templateFrom"];
            if target != name || open.iter().any(|pointer| object.get(pointer).is_some()) {
                return None;
            }
            if object.get("/spec/target/template/data").is_some() {
                return Some(entries(object, "/spec/target/template/data").map(|(key, _)| key).collect());
            }
            Some(items(object, "/spec/data").filter_map(|(_, each)| each["secretKey"].as_str()).collect())
        }
        _ => None,
    }
}
