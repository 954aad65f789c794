//! Probes and lifecycle hooks that the API server refuses.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::{Check, Findings, Group, Pod, Rule};

pub(super) static RULE: Rule = Rule {
    name: "invalid-probe",
    group: Group::Pod,
    summary: "a probe or lifecycle hook that the API server refuses",
    severity: Severity::Error,
    page: include_str!("invalid_probe.md"),
    check: Check::Pod(check),
};

const PROBES: [&str; 3] = ["livenessProbe", "readinessProbe", "startupProbe"];
const HOOKS: [&str; 2] = ["postStart", "preStop"];
const HANDLERS: [&str; 5] = ["exec", "httpGet", "tcpSocket", "grpc", "sleep"];

fn check(pod: &Pod<'_>, findings: &mut Findings<'_>) {
    for (pointer, container) in pod.all_containers() {
        let name = container["name"].as_str().unwrap_or_default();
        for probe in PROBES.into_iter().filter(|probe| container[*probe].is_object()) {
            if let Some(problem) = handler(&container[probe]).or_else(|| figures(probe, &container[probe])) {
                let message = format!("`{probe}` of container `{name}` of {} {problem}", pod.what());
                findings.pod(pod, &format!("{pointer}/{probe}"), message);
            }
        }
        for hook in HOOKS.into_iter().filter(|hook| container["lifecycle"][*hook].is_object()) {
            if let Some(problem) = handler(&container["lifecycle"][hook]) {
                let message = format!("`{hook}` of container `{name}` of {} {problem}", pod.what());
                findings.pod(pod, &format!("{pointer}/lifecycle/{hook}"), message);
            }
        }
    }
}

/// `validateHandler` and `validateLifecycleHandler`.
fn handler(probe: &Value) -> Option<String> {
    let present: Vec<&str> = HANDLERS.into_iter().filter(|handler| probe[*handler].is_object()).collect();
    let [one] = present.as_slice() else {
        return Some(match present.len() {
            0 => "says nothing to do: it needs `exec`, `httpGet` or `tcpSocket`".to_owned(),
            _ => format!("has more than one thing to do: {}", present.join(", ")),
        });
    };
    let body = &probe[*one];
    if *one == "exec" && body["command"].as_array().is_none_or(Vec::is_empty) {
        return Some("runs no command".to_owned());
    }
    match &body["port"] {
        Value::Number(port) if port.as_i64().is_none_or(|port| !(1..=65535).contains(&port)) => {
            Some(format!("has port {port}, which is not from 1 to 65535"))
        }
        Value::String(port) if port.len() > 15 || !port.contains(|c: char| c.is_ascii_lowercase()) => {
            Some(format!("has port `{port}`, which is no name of a port"))
        }
        _ => None,
    }
}

/// `validateProbe` and `validateLivenessProbe`.
fn figures(probe: &str, value: &Value) -> Option<String> {
    for figure in ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"] {
        if let Some(number) = value[figure].as_i64().filter(|number| *number < 0) {
            return Some(format!("has a `{figure}` of {number}"));
        }
    }
    let successes = value["successThreshold"].as_i64().filter(|number| *number > 1);
    match successes {
        Some(number) if probe != "readinessProbe" => {
            Some(format!("has a `successThreshold` of {number}, but must have 1"))
        }
        _ if probe == "readinessProbe" && value["terminationGracePeriodSeconds"].is_number() => {
            Some("may not have `terminationGracePeriodSeconds`".to_owned())
        }
        _ => None,
    }
}
