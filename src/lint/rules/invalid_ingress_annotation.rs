//! Annotations that stop the AWS Load Balancer Controller.

use std::collections::BTreeSet;

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::annotations::ALB;
use crate::lint::exposure::{annotation_pointer, group};
use crate::lint::karpenter::entries;
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "invalid-ingress-annotation",
    group: Group::Network,
    summary: "an annotation has a value that the AWS Load Balancer Controller or the ALB refuses",
    severity: Severity::Error,
    page: include_str!("invalid_ingress_annotation.md"),
    check: Check::Object(&["Ingress"], check),
};

/// Annotations with few values.
const CHOICES: [(&str, &[&str]); 6] = [
    ("scheme", &["internal", "internet-facing"]),
    ("target-type", &["instance", "ip"]),
    ("ip-address-type", &["ipv4", "dualstack", "dualstack-without-public-ipv4"]),
    ("backend-protocol", &["HTTP", "HTTPS"]),
    ("auth-type", &["none", "oidc", "cognito"]),
    ("auth-on-unauthenticated-request", &["authenticate", "deny", "allow"]),
];
/// Annotations with numbers, and the least and greatest that the controller or the ALB takes (AWS Load Balancer
/// Controller `docs/guide/ingress/annotations.md`; Elastic Load Balancing API, CreateTargetGroup).
const NUMBERS: [(&str, i64, i64); 7] = [
    ("group.order", -1000, 1000),
    ("ssl-redirect", 1, 65535),
    ("healthcheck-interval-seconds", 5, 300),
    ("healthcheck-timeout-seconds", 2, 120),
    ("healthy-threshold-count", 2, 10),
    ("unhealthy-threshold-count", 2, 10),
    ("auth-session-timeout", 1, 604_800),
];
/// Attributes of the ALB with bounds (Elastic Load Balancing API, LoadBalancerAttribute).
const ATTRIBUTES: [(&str, i64, i64); 2] =
    [("idle_timeout.timeout_seconds", 1, 4000), ("client_keep_alive.seconds", 60, 604_800)];

fn check(ingress: &Object<'_>, findings: &mut Findings<'_>) {
    let annotations = entries(ingress, "/metadata/annotations");
    let own = annotations.filter_map(|(key, value)| Some((key, key.strip_prefix(ALB)?, value.as_str()?)));
    for (key, name, value) in own {
        for (problem, help) in problems(ingress, name, value) {
            let message = format!("annotation `{key}` of Ingress `{}` {problem}", ingress.name());
            findings.object(ingress, &annotation_pointer(key), message).add_help(help);
        }
    }
}

/// What is wrong with a value, and what to write.
fn problems(ingress: &Object<'_>, name: &str, value: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    if let Some((_, choices)) = CHOICES.iter().find(|(choice, _)| *choice == name)
        && !choices.contains(&value)
    {
        found.push((format!("is `{value}`"), format!("write one of {}", quoted(choices))));
    }
    if let Some((_, least, greatest)) = NUMBERS.iter().find(|(number, ..)| *number == name) {
        found.extend(outside(value, *least, *greatest));
    }
    match name {
        "load-balancer-attributes" => {
            let pairs = value.split(',').filter_map(|pair| pair.split_once('='));
            for (attribute, value) in pairs {
                if let Some((_, least, greatest)) = ATTRIBUTES.iter().find(|(each, ..)| *each == attribute.trim()) {
                    let outside = outside(value.trim(), *least, *greatest);
                    found.extend(outside.map(|(problem, help)| (format!("sets `{attribute}`, which {problem}"), help)));
                }
            }
        }
        "group.name" if !is_group_name(value) => found.push((
            format!("is `{value}`, which is no name of a group"),
            "use at most 63 lower-case letters, digits, `-` and `.`, with a letter or digit at both ends".to_owned(),
        )),
        "load-balancer-name" if !is_load_balancer_name(value) => found.push((
            format!("is `{value}`, which is no name of an ALB"),
            "use at most 32 letters, digits and `-`, with a letter or digit at both ends, and no `internal-` in front"
                .to_owned(),
        )),
        "listen-ports" => found.extend(of_ports(value)),
        "ssl-redirect" => found.extend(of_redirect(ingress, value)),
        "auth-idp-oidc" | "auth-idp-cognito" | "jwt-validation" | "mutual-authentication" => {
            found.extend(of_json(value));
        }
        _ if ["actions.", "conditions.", "transforms."].iter().any(|prefix| name.starts_with(prefix)) => {
            found.extend(of_json(value));
        }
        _ => {}
    }
    found
}

fn quoted(texts: &[&str]) -> String {
    texts.iter().map(|text| format!("`{text}`")).collect::<Vec<_>>().join(", ")
}

fn outside(value: &str, least: i64, greatest: i64) -> Option<(String, String)> {
    let inside = value.parse().is_ok_and(|number: i64| (least..=greatest).contains(&number));
    (!inside).then(|| (format!("is `{value}`"), format!("write a whole number from {least} to {greatest}")))
}

fn of_json(value: &str) -> Option<(String, String)> {
    let problem = serde_json::from_str::<Value>(value).err()?;
    Some((format!("is no JSON: {problem}"), "write JSON, with double quotes around names and texts".to_owned()))
}

fn is_group_name(name: &str) -> bool {
    let inner = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-' || c == b'.';
    let outer = |c: Option<&u8>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    let bytes = name.as_bytes();
    bytes.len() <= 63 && bytes.iter().all(|c| inner(*c)) && outer(bytes.first()) && outer(bytes.last())
}

/// Elastic Load Balancing API, CreateLoadBalancer.
fn is_load_balancer_name(name: &str) -> bool {
    let bytes = name.as_bytes();
    let outer = |c: Option<&u8>| c.is_some_and(u8::is_ascii_alphanumeric);
    bytes.len() <= 32
        && bytes.iter().all(|c| c.is_ascii_alphanumeric() || *c == b'-')
        && outer(bytes.first())
        && outer(bytes.last())
        && !name.starts_with("internal-")
}

/// The ports that an ALB listens on, with their protocols; `None` where the annotation is no list of such.
fn ports(value: &str) -> Option<Vec<(String, u64)>> {
    let ports: Value = serde_json::from_str(value).ok()?;
    let of_entry = |entry: &Value| {
        let (protocol, port) = entry.as_object().filter(|entry| entry.len() == 1)?.iter().next()?;
        let port = port.as_u64().filter(|port| (1..=65535).contains(port))?;
        matches!(protocol, "HTTP" | "HTTPS").then(|| (protocol.to_owned(), port))
    };
    ports.as_array().filter(|ports| !ports.is_empty())?.iter().map(of_entry).collect()
}

fn of_ports(value: &str) -> Option<(String, String)> {
    let help = "write a list such as `[{\"HTTP\": 80}, {\"HTTPS\": 443}]`, with each port once".to_owned();
    let Some(ports) = ports(value) else { return Some((format!("is `{value}`, which is no list of ports"), help)) };
    let mut seen = BTreeSet::new();
    let (_, twice) = ports.into_iter().find(|(_, port)| !seen.insert(*port))?;
    Some((format!("has port {twice} twice"), help))
}

/// The listener that is redirected to may be another Ingress's of the group.
fn of_redirect(ingress: &Object<'_>, value: &str) -> Option<(String, String)> {
    if group(ingress).is_some() {
        return None;
    }
    let listening = crate::lint::exposure::annotation(ingress, &format!("{ALB}listen-ports"));
    let ports = ports(listening?)?;
    let found = ports.iter().any(|(protocol, port)| protocol == "HTTPS" && port.to_string() == value);
    (!found).then(|| {
        (
            format!("redirects to port {value}, on which the ALB does not listen for HTTPS"),
            format!("add `{{\"HTTPS\": {value}}}` to `{ALB}listen-ports`"),
        )
    })
}
