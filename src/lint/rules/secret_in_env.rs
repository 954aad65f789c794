//! Secrets written out.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::{Check, Findings, Group, Pod, Rule};

pub(super) static RULE: Rule = Rule {
    name: "secret-in-env",
    group: Group::Security,
    summary: "a secret is written out in an environment variable",
    severity: Severity::Error,
    page: include_str!("secret_in_env.md"),
    check: Check::Pod(check),
};

/// Last words of names whose values are secrets.
const SECRET: [&str; 12] = [
    "ACCESS_KEY",
    "API_KEY",
    "APIKEY",
    "AUTH_TOKEN",
    "CREDENTIALS",
    "PASSPHRASE",
    "PASSWD",
    "PASSWORD",
    "PRIVATE_KEY",
    "SECRET",
    "SECRET_KEY",
    "TOKEN",
];
/// What the issuers of keys put in front of them.
const PREFIXES: [(&str, usize); 9] = [
    ("AKIA", 20),
    ("ASIA", 20),
    ("ghp_", 36),
    ("github_pat_", 40),
    ("glpat-", 20),
    ("hf_", 30),
    ("sk-", 32),
    ("xoxb-", 30),
    ("-----BEGIN", 40),
];

fn check(pod: &Pod<'_>, findings: &mut Findings<'_>) {
    for (pointer, container) in pod.all_containers() {
        for (index, variable) in container["env"].as_array().into_iter().flatten().enumerate() {
            let (Some(name), Some(value)) = (variable["name"].as_str(), variable["value"].as_str()) else { continue };
            let secret = is_key(value) || is_secret(name) && is_literal(value);
            if !secret {
                continue;
            }
            let message = format!("`{name}` of {} has a secret as its value, readable by all who read Git", pod.what());
            findings
                .pod(pod, &format!("{pointer}/env/{index}"), message)
                .add_help(format!("put it into a Secret and write `{name} = {{ secret = \"…\", key = \"…\" }}`; then replace it, for Git keeps it"));
        }
    }
    if pod.role == "head" {
        redis_password(pod, findings);
    }
}

fn redis_password(pod: &Pod<'_>, findings: &mut Findings<'_>) {
    for cluster in pod.object.ray_clusters() {
        for pointer in ["/headGroupSpec/rayStartParams/redis-password", "/gcsFaultToleranceOptions/redisPassword/value"]
        {
            let value = cluster.get(pointer).and_then(Value::as_str);
            if value.is_some_and(is_literal) {
                let message = format!(
                    "the Redis password of `{}` is written out, readable by all who read Git",
                    pod.object.name()
                );
                findings
                    .cluster(&cluster, pointer, message)
                    .add_help("read it from a Secret: `gcsFaultToleranceOptions.redisPassword.valueFrom.secretKeyRef`");
            }
        }
    }
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    SECRET.iter().any(|word| name.strip_suffix(word).is_some_and(|rest| rest.is_empty() || rest.ends_with('_')))
}

/// Not a reference, a path, an address, a switch or a placeholder.
fn is_literal(value: &str) -> bool {
    let value = value.trim();
    let reference = value.contains('$') || value.contains("{{") || value.starts_with('<') || value.starts_with("arn:");
    let place = value.starts_with('/') || value.contains("://");
    let switch = value.len() < 4 || value.parse::<f64>().is_ok() || matches!(value, "true" | "false" | "none" | "null");
    !(reference || place || switch)
}

/// A key by its form, or an address with a password in it.
fn is_key(value: &str) -> bool {
    let value = value.trim();
    let issued = PREFIXES.iter().any(|(prefix, least)| value.starts_with(prefix) && value.len() >= *least);
    let login = value.split_once("://").and_then(|(_, rest)| rest.split('/').next()?.rsplit_once('@'));
    let password = login.and_then(|(login, _)| login.split_once(':')).map(|(_, password)| password);
    issued || password.is_some_and(|password| !password.is_empty() && !password.contains('$'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_forms_tell_secrets() {
        for (name, value) in
            [("HF_TOKEN", "abcdefgh"), ("DB_PASSWORD", "hunter22"), ("aws_secret_access_key", "abcd1234")]
        {
            assert!(is_secret(name) && is_literal(value), "{name}");
        }
        assert!(is_key("AKIAIOSFODNN7EXAMPLE") && is_key("redis://ray:hunter22@cache:6379/0"));
    }

    #[test]
    fn what_only_looks_like_a_secret_is_none() {
        for name in ["TOKENIZERS_PARALLELISM", "MAX_TOKENS", "HF_TOKEN_PATH", "SECRET_NAME", "MONKEY"] {
            assert!(!is_secret(name), "{name}");
        }
        for value in ["$(TOKEN)", "/etc/token", "true", "4096", "<your token>", "https://vault/token", ""] {
            assert!(!is_literal(value), "{value}");
        }
        assert!(!is_key("redis://cache:6379/0") && !is_key("sk-short") && !is_key("s3://bucket/a:b@c"));
    }
}
