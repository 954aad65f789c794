//! A request that its limit does not allow.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::quantity::{amount, exceeds, is_counted, shown};
use crate::lint::{Check, Findings, Group, Pod, Rule};

pub(super) static RULE: Rule = Rule {
    name: "request-above-limit",
    group: Group::Pod,
    summary: "a container requests more than its limit",
    severity: Severity::Error,
    page: include_str!("request_above_limit.md"),
    check: Check::Pod(check),
};

fn check(pod: &Pod<'_>, findings: &mut Findings<'_>) {
    for (pointer, container) in pod.all_containers() {
        let Some(requests) = container["resources"]["requests"].as_object() else { continue };
        let limits = &container["resources"]["limits"];
        for (resource, request) in requests {
            let Some(limit) = limits.get(resource) else { continue };
            let Some((wanted, allowed)) = amount(request).zip(amount(limit)) else { continue };
            let wrong = exceeds(wanted, allowed) || is_counted(resource) && exceeds(allowed, wanted);
            if wrong && wanted >= 0.0 && allowed >= 0.0 {
                report(pod, pointer, container, resource, [request, limit], findings);
            }
        }
    }
}

fn report(
    pod: &Pod<'_>,
    pointer: &str,
    container: &Value,
    resource: &str,
    [request, limit]: [&Value; 2],
    findings: &mut Findings<'_>,
) {
    let container = container["name"].as_str().unwrap_or_default();
    let (request, limit) = (shown(request), shown(limit));
    let place = |list: &str| format!("{pointer}/resources/{list}/{}", resource.replace('~', "~0").replace('/', "~1"));
    let message = format!(
        "container `{container}` of {} requests {request} of `{resource}`, but its limit is {limit}",
        pod.what()
    );
    let help = if is_counted(resource) {
        format!("`{resource}` is never overcommitted: request and limit must be equal")
    } else {
        format!("raise the limit to {request}, or lower the request to {limit}")
    };
    let other = pod.object.span(&pod.at(&place("limits")));
    let found = findings.pod(pod, &place("requests"), message);
    if found.span != Some(other) {
        found.add_label(other, "the limit");
    }
    found.add_help(help);
}
