//! Proxies of Serve that the Service of Serve does not lead to.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::serve::ServeConfig;
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "unreachable-serve-proxy",
    group: Group::Ray,
    summary: "Serve listens where the Service of a RayService does not lead",
    severity: Severity::Error,
    page: include_str!("unreachable_serve_proxy.md"),
    check: Check::Object(&["RayService"], check),
};

/// Where Serve listens when nothing else is written (Ray `serve/schema.py`, HTTPOptionsSchema).
const PORT: u64 = 8000;

fn check(service: &Object<'_>, findings: &mut Findings<'_>) {
    let Some(config) = ServeConfig::read(service) else { return };
    let name = service.name();
    if let Some(host) = config.get("/http_options/host").and_then(Value::as_str)
        && matches!(host, "127.0.0.1" | "localhost" | "::1")
    {
        let message =
            format!("Serve of RayService `{name}` listens on `{host}`, which nobody outside of the pods reaches");
        findings.report(config.span("/http_options/host"), message).add_help("take the host out: it is `0.0.0.0` then");
    }
    let written = config.get("/http_options/port").and_then(Value::as_u64);
    let listens = written.unwrap_or(PORT);
    if let Some(offered) = offered_port(service)
        && offered != listens
    {
        let message =
            format!("Serve of RayService `{name}` listens on port {listens}, but its Service leads to {offered}");
        let span = if written.is_some() {
            config.span("/http_options/port")
        } else {
            service.span("/spec/rayClusterConfig/headGroupSpec/template/spec/containers/0/ports")
        };
        findings.report(span, message).add_help(format!(
            "write the same number as the head's port `serve` ({offered}) and as `port` of `http_options` ({listens})"
        ));
    }
    let location = config.get("/proxy_location").and_then(Value::as_str).unwrap_or_default();
    let excluded = service.get("/spec/excludeHeadPodFromServeSvc") == Some(&Value::Bool(true));
    if location == "Disabled" || location == "HeadOnly" && excluded {
        let why = if excluded { ", and its Service leaves the head out" } else { "" };
        let message = format!("Serve of RayService `{name}` runs its proxies with `proxy_location: {location}`{why}");
        findings
            .report(config.span("/proxy_location"), message)
            .add_help("take `proxy_location` out: a proxy runs on every node with a replica then");
    }
}

/// The number of the head's port for Serve; the default where no ports are listed, `None` where none is Serve's.
fn offered_port(service: &Object<'_>) -> Option<u64> {
    let pointer = "/spec/rayClusterConfig/headGroupSpec/template/spec/containers/0/ports";
    let ports = service.get(pointer).and_then(Value::as_array).filter(|ports| !ports.is_empty());
    let Some(ports) = ports else { return Some(PORT) };
    ports.iter().find(|port| port["name"] == "serve")?["containerPort"].as_u64()
}
