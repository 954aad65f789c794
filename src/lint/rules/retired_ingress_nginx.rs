//! A retired ingress controller.

use crate::diagnostic::Severity;
use crate::lint::exposure::{Controller, controller};
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "retired-ingress-nginx",
    group: Group::Network,
    summary: "an Ingress is served by ingress-nginx, which is retired",
    severity: Severity::Warning,
    page: include_str!("retired_ingress_nginx.md"),
    check: Check::Object(&["Ingress"], check),
};

fn check(ingress: &Object<'_>, findings: &mut Findings<'_>) {
    if controller(ingress) != Controller::Nginx {
        return;
    }
    let who = match ingress.environment_name {
        "" => format!("Ingress `{}` is", ingress.name()),
        environment => format!("Ingresses of environment `{environment}` are"),
    };
    findings
        .object(
            ingress,
            "/spec/ingressClassName",
            format!("{who} served by ingress-nginx, which gets no fixes after March 2026"),
        )
        .add_help("move to `class = \"alb\"` or `\"gateway\"`, or waive this with the date of the move");
}
