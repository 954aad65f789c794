//! Annotations of the AWS Load Balancer Controller (`docs/guide/ingress/annotations.md`, v3).

use std::collections::BTreeMap;

use serde_json::json;

use super::Annotation;
use crate::resolve::{Alb, Ingress, Login, Provider};

/// Everything that is not left to the controller's own defaults.
pub(super) fn annotations(ingress: &Ingress, alb: &Alb) -> Vec<Annotation> {
    let mut annotations = of_load_balancer(alb);
    let mut add = |key: &str, value: String, made_by| annotations.push((key.to_owned(), value, made_by));
    // The head's Service is headless by default (KubeRay `common/service.go`), so there is no node port to target.
    add("target-type", "ip".to_owned(), "");
    let check = &alb.health_check;
    add("healthcheck-path", check.path.clone(), "health-check");
    for (key, value) in [
        ("success-codes", check.success_codes.clone()),
        ("healthcheck-interval-seconds", check.interval.map(|seconds| seconds.to_string())),
        ("healthcheck-timeout-seconds", check.timeout.map(|seconds| seconds.to_string())),
        ("healthy-threshold-count", check.healthy.map(|count| count.to_string())),
        ("unhealthy-threshold-count", check.unhealthy.map(|count| count.to_string())),
    ] {
        if let Some(value) = value {
            add(key, value, "health-check");
        }
    }
    if !ingress.path.is_empty() {
        // The dashboard knows nothing of the path it is published under; rewriting needs controller 2.14.1.
        let rewrite = json!([{
            "type": "url-rewrite",
            "urlRewriteConfig": { "rewrites": [{ "regex": format!("^{}/?(.*)$", ingress.path), "replace": "/$1" }] },
        }]);
        add(&format!("transforms.{}", ingress.service), rewrite.to_string(), "path");
    }
    if let Some(login) = &alb.login {
        annotations.extend(of_login(login));
    }
    annotations
}

fn of_load_balancer(alb: &Alb) -> Vec<Annotation> {
    let mut annotations = Vec::new();
    let mut add = |key: &str, value: String, made_by| annotations.push((key.to_owned(), value, made_by));
    add("scheme", alb.scheme.as_str().to_owned(), "scheme");
    let ports = match (alb.https, alb.redirect) {
        (true, false) => json!([{ "HTTPS": 443 }]),
        (true, true) => json!([{ "HTTP": 80 }, { "HTTPS": 443 }]),
        (false, _) => json!([{ "HTTP": 80 }]),
    };
    add("listen-ports", ports.to_string(), "https");
    if alb.redirect {
        add("ssl-redirect", "443".to_owned(), "redirect-http");
    }
    // The ALB's own 60 s cut log streams and websockets.
    let mut attributes = BTreeMap::from([("idle_timeout.timeout_seconds".to_owned(), alb.idle_timeout.to_string())]);
    attributes.extend(alb.attributes.clone());
    add("load-balancer-attributes", pairs(&attributes), "idle-timeout");
    for (key, value, made_by) in [
        ("load-balancer-name", alb.name.clone(), "load-balancer-name"),
        ("group.name", alb.group.clone(), "group"),
        ("group.order", alb.group_order.map(|order| order.to_string()), "group-order"),
        ("ssl-policy", alb.ssl_policy.clone(), "ssl-policy"),
        ("wafv2-acl-arn", alb.web_acl.clone(), "wafv2-acl-arn"),
        ("certificate-arn", list(&alb.certificates), "certificate-arn"),
        ("inbound-cidrs", list(&alb.inbound_cidrs), "inbound-cidrs"),
        ("subnets", list(&alb.subnets), "subnets"),
        ("security-groups", list(&alb.security_groups), "security-groups"),
        ("tags", Some(pairs(&alb.tags)).filter(|tags| !tags.is_empty()), "tags"),
    ] {
        if let Some(value) = value {
            add(key, value, made_by);
        }
    }
    if !alb.security_groups.is_empty() {
        // Groups of one's own do not open the nodes' and pods' groups to the ALB unless the controller is told to.
        add("manage-backend-security-group-rules", "true".to_owned(), "security-groups");
    }
    annotations
}

fn of_login(login: &Login) -> Vec<Annotation> {
    let (auth_type, key, details, made_by) = match &login.provider {
        Provider::Oidc { issuer, authorization_endpoint, token_endpoint, user_info_endpoint, secret } => (
            "oidc",
            "auth-idp-oidc",
            json!({
                "issuer": issuer,
                "authorizationEndpoint": authorization_endpoint,
                "tokenEndpoint": token_endpoint,
                "userInfoEndpoint": user_info_endpoint,
                "secretName": secret,
            }),
            "auth.oidc",
        ),
        Provider::Cognito { user_pool_arn, client_id, domain } => (
            "cognito",
            "auth-idp-cognito",
            json!({ "userPoolARN": user_pool_arn, "userPoolClientID": client_id, "userPoolDomain": domain }),
            "auth.cognito",
        ),
    };
    let mut annotations = vec![
        ("auth-type".to_owned(), auth_type.to_owned(), "auth.type"),
        (key.to_owned(), details.to_string(), made_by),
    ];
    for (key, value, made_by) in [
        ("auth-scope", login.scope.clone(), "auth.scope"),
        ("auth-session-timeout", login.session_timeout.map(|seconds| seconds.to_string()), "auth.session-timeout"),
        (
            "auth-on-unauthenticated-request",
            login.on_unauthenticated.map(|action| action.as_str().to_owned()),
            "auth.on-unauthenticated",
        ),
    ] {
        annotations.extend(value.map(|value| (key.to_owned(), value, made_by)));
    }
    annotations
}

/// The controller's `stringList`; none where there is nothing to say.
fn list(values: &[String]) -> Option<String> {
    (!values.is_empty()).then(|| values.join(","))
}

/// The controller's `stringMap`.
fn pairs(values: &BTreeMap<String, String>) -> String {
    values.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(",")
}
