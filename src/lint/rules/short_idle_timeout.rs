//! Connections that are cut while they are silent.

use std::collections::BTreeSet;

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::exposure::{Controller, Exposure, Port, annotation, annotation_pointer, controller, group};
use crate::lint::{Check, Findings, Group, Rule, Subject};
use crate::spec::Duration;

pub(super) static RULE: Rule = Rule {
    name: "short-idle-timeout",
    group: Group::Network,
    summary: "a load balancer cuts silent connections to a dashboard within a minute",
    severity: Severity::Warning,
    page: include_str!("short_idle_timeout.md"),
    check: Check::Everything(check),
};

const ALB: &str = "alb.ingress.kubernetes.io/load-balancer-attributes";
const NGINX: &str = "nginx.ingress.kubernetes.io/proxy-read-timeout";
/// The default of both.
const TOO_SHORT: u32 = 60;

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let set_by_others: BTreeSet<_> = subject
        .of_kind("Ingress")
        .filter(|ingress| of_alb(annotation(ingress, ALB)).is_some())
        .filter_map(group)
        .collect();
    let mut last = None;
    for exposure in subject.exposures().iter().filter(|exposure| exposure.port == Port::Dashboard) {
        let ingress = &exposure.ingress;
        let (key, seconds) = match controller(ingress) {
            Controller::Alb => (ALB, of_alb(annotation(ingress, ALB))),
            Controller::Nginx => (NGINX, annotation(ingress, NGINX).and_then(|seconds| seconds.parse().ok())),
            Controller::Gateway => {
                of_route(exposure, findings);
                continue;
            }
            Controller::Other => continue,
        };
        let by_group =
            key == ALB && seconds.is_none() && group(ingress).is_some_and(|group| set_by_others.contains(&group));
        let place = (ingress.environment_name, ingress.namespace(), ingress.name());
        if by_group || seconds.is_some_and(|seconds| seconds > TOO_SHORT) || last == Some(place) {
            continue;
        }
        last = Some(place);
        let seconds = seconds.unwrap_or(TOO_SHORT);
        let message = format!("Ingress `{}` cuts connections that are silent for {seconds} s", ingress.name());
        findings
            .object(ingress, &annotation_pointer(key), message)
            .add_help(format!("give log streams ten minutes: `idle-timeout = \"10m\"` (annotation `{key}`)"));
    }
}

/// A Gateway API timeout is one of the whole request, and `0s` is none (GEP-1742).
fn of_route(exposure: &Exposure<'_>, findings: &mut Findings<'_>) {
    let route = &exposure.ingress;
    for key in ["request", "backendRequest"] {
        let pointer = format!("{}/timeouts/{key}", exposure.rule);
        let timeout = route.get(&pointer).and_then(Value::as_str).map(Duration::from);
        let Some(seconds) = timeout.and_then(|timeout| timeout.seconds()) else { continue };
        if (1..=60).contains(&seconds) {
            let message = format!("HTTPRoute `{}` cuts every request after {seconds} s", route.name());
            findings
                .object(route, &pointer, message)
                .add_help(format!("let log streams take their time: `request-timeout = \"0s\"` (`timeouts.{key}`)"));
        }
    }
}

/// `idle_timeout.timeout_seconds` among the ALB's attributes.
fn of_alb(attributes: Option<&str>) -> Option<u32> {
    let attributes = attributes?.split(',').filter_map(|attribute| attribute.split_once('='));
    let mut seconds = attributes.filter(|(key, _)| key.trim() == "idle_timeout.timeout_seconds");
    seconds.next()?.1.trim().parse().ok()
}
