//! Security contexts that contradict themselves.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::{Check, Findings, Group, Pod, Rule};

pub(super) static RULE: Rule = Rule {
    name: "conflicting-security-context",
    group: Group::Pod,
    summary: "a security context contradicts itself",
    severity: Severity::Error,
    page: include_str!("conflicting_security_context.md"),
    check: Check::Pod(check),
};

fn check(pod: &Pod<'_>, findings: &mut Findings<'_>) {
    let of_pod = pod.get("/spec/securityContext").unwrap_or(&Value::Null);
    if let Some(problem) = figures(of_pod) {
        let message = format!("the security context of {} {problem}", pod.what());
        findings.pod(pod, "/spec/securityContext", message);
    }
    for (pointer, container) in pod.all_containers() {
        let context = &container["securityContext"];
        let problem = contradiction(context).or_else(|| figures(context)).or_else(|| root(context, of_pod));
        if let Some(problem) = problem {
            let name = container["name"].as_str().unwrap_or_default();
            let message = format!("the security context of container `{name}` of {} {problem}", pod.what());
            findings.pod(pod, &format!("{pointer}/securityContext"), message);
        }
    }
}

/// `validateSecurityContext`.
fn contradiction(context: &Value) -> Option<String> {
    if context["allowPrivilegeEscalation"] != false {
        return None;
    }
    if context["privileged"] == true {
        return Some("is privileged, but forbids privilege escalation".to_owned());
    }
    let added = context["capabilities"]["add"].as_array();
    let admin = added.into_iter().flatten().any(|capability| capability == "CAP_SYS_ADMIN");
    admin.then(|| "adds `CAP_SYS_ADMIN`, but forbids privilege escalation".to_owned())
}

/// Users and groups are numbers of 31 bits; a local seccomp profile has a path, the other types have none.
fn figures(context: &Value) -> Option<String> {
    for key in ["runAsUser", "runAsGroup", "fsGroup"] {
        if let Some(id) = context[key].as_i64().filter(|id| !(0..=i64::from(i32::MAX)).contains(id)) {
            return Some(format!("has a `{key}` of {id}"));
        }
    }
    let profile = &context["seccompProfile"];
    match (profile["type"].as_str()?, profile["localhostProfile"].as_str().unwrap_or_default()) {
        ("Localhost", "") => Some("has a local seccomp profile without `localhostProfile`".to_owned()),
        ("RuntimeDefault" | "Unconfined", "") | ("Localhost", _) => None,
        ("RuntimeDefault" | "Unconfined", _) => {
            Some("has `localhostProfile` beside a profile that is not local".to_owned())
        }
        (other, _) => Some(format!("has an unknown seccomp profile `{other}`")),
    }
}

/// The kubelet refuses to start it (`pkg/kubelet/kuberuntime/security_context_others.go`).
fn root(context: &Value, of_pod: &Value) -> Option<String> {
    let setting = |key: &str| context.get(key).or_else(|| of_pod.get(key)).cloned().unwrap_or_default();
    let refused = setting("runAsNonRoot") == true && setting("runAsUser") == 0;
    refused.then(|| "asks for user 0, but forbids to run as root".to_owned())
}
