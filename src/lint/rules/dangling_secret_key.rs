//! Keys that a Secret does not have.

use std::collections::BTreeMap;

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::quota::{Place, place};
use crate::lint::{Check, Findings, Group, Object, Pod, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "dangling-secret-key",
    group: Group::Security,
    summary: "a pod reads a key that its ExternalSecret does not put into the Secret, or cannot use it",
    severity: Severity::Error,
    page: include_str!("dangling_secret_key.md"),
    check: Check::Everything(check),
};

const REGISTRY: (&str, &str) = ("kubernetes.io/dockerconfigjson", ".dockerconfigjson");

/// Secrets that ExternalSecrets make, by Namespace and name.
type Secrets<'s, 'a> = BTreeMap<(Place<'a>, &'a str), &'s Object<'a>>;

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let secrets: Secrets<'_, '_> = subject
        .of_kind("ExternalSecret")
        .map(|secret| {
            let target = secret.text("/spec/target/name");
            ((place(secret), if target.is_empty() { secret.name() } else { target }), secret)
        })
        .collect();
    if secrets.is_empty() {
        return;
    }
    for pod in subject.pods() {
        of_variables(pod, &secrets, findings);
        for (index, reference) in list(pod.get("/spec/imagePullSecrets")) {
            let name = reference["name"].as_str().unwrap_or_default();
            let Some(secret) = secrets.get(&(place(&pod.object), name)) else { continue };
            let wrong_type = secret.text("/spec/target/template/type") != REGISTRY.0;
            let message = if wrong_type {
                format!("{} pulls images with Secret `{name}`, which is not of type `{}`", pod.what(), REGISTRY.0)
            } else if keys(secret).is_some_and(|keys| !keys.contains(&REGISTRY.1)) {
                format!("{} pulls images with Secret `{name}`, which has no key `{}`", pod.what(), REGISTRY.1)
            } else {
                continue;
            };
            findings
                .pod(pod, &format!("/spec/imagePullSecrets/{index}"), message)
                .add_label(secret.span(""), "the Secret")
                .add_help(format!("write `type = \"{}\"` and the key `\"{}\"` for the Secret", REGISTRY.0, REGISTRY.1));
        }
    }
}

fn of_variables(pod: &Pod<'_>, secrets: &Secrets<'_, '_>, findings: &mut Findings<'_>) {
    for (pointer, container) in pod.all_containers() {
        for (index, variable) in list(container.get("env")) {
            let reference = &variable["valueFrom"]["secretKeyRef"];
            let (Some(name), Some(key)) = (reference["name"].as_str(), reference["key"].as_str()) else { continue };
            let Some(secret) = secrets.get(&(place(&pod.object), name)) else { continue };
            let Some(keys) = keys(secret).filter(|keys| !keys.contains(&key) && reference["optional"] != true) else {
                continue;
            };
            let keys: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
            let message = format!(
                "{} reads `{}` from key `{key}` of Secret `{name}`, which has {}",
                pod.what(),
                variable["name"].as_str().unwrap_or_default(),
                keys.join(" and ")
            );
            findings
                .pod(pod, &format!("{pointer}/env/{index}"), message)
                .add_label(secret.span(""), "the Secret")
                .add_help("name a key that it has, or add this one to it");
        }
    }
}

/// The Secret's keys, where they are known: not those that a template, or a whole remote secret, makes.
fn keys<'a>(secret: &Object<'a>) -> Option<Vec<&'a str>> {
    let made = ["/spec/dataFrom", "/spec/target/template/data", "/spec/target/template/templateFrom"];
    let merged = matches!(secret.text("/spec/target/creationPolicy"), "Merge" | "None");
    if merged || made.iter().any(|pointer| secret.get(pointer).is_some()) {
        return None;
    }
    Some(list(secret.get("/spec/data")).filter_map(|(_, data)| data["secretKey"].as_str()).collect())
}

fn list(value: Option<&Value>) -> impl Iterator<Item = (usize, &Value)> {
    value.and_then(Value::as_array).into_iter().flatten().enumerate()
}
