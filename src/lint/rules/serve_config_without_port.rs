//! RayServices whose Serve port nobody offers.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "serve-config-without-port",
    group: Group::Ray,
    summary: "the head of a RayService lists ports, but none for Serve",
    severity: Severity::Error,
    page: include_str!("serve_config_without_port.md"),
    check: Check::Object(&["RayService"], check),
};

fn check(service: &Object<'_>, findings: &mut Findings<'_>) {
    let pointer = "/spec/rayClusterConfig/headGroupSpec/template/spec/containers/0/ports";
    let Some(ports) = service.get(pointer).and_then(Value::as_array).filter(|ports| !ports.is_empty()) else { return };
    let serves = |port: &Value| port["name"].as_str().is_some_and(|name| name == "serve" || name.starts_with("serve-"));
    if ports.iter().any(serves) {
        return;
    }
    let message = format!(
        "the head of RayService `{}` lists ports, but none is named `serve`: it gets no Serve Service",
        service.name()
    );
    findings
        .object(service, pointer, message)
        .add_help("add `{ name: serve, containerPort: 8000 }`: a list of ports replaces the default ones");
}
