//! Heads whose dashboard nobody can reach.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::{Check, Findings, Group, RayCluster, Rule};

pub(super) static RULE: Rule = Rule {
    name: "missing-dashboard-port",
    group: Group::Ray,
    summary: "the head lists ports, but none for the dashboard",
    severity: Severity::Error,
    page: include_str!("missing_dashboard_port.md"),
    check: Check::RayCluster(check),
};

fn check(cluster: &RayCluster<'_>, findings: &mut Findings<'_>) {
    let pointer = "/headGroupSpec/template/spec/containers/0/ports";
    let Some(ports) = cluster.get(pointer).and_then(Value::as_array).filter(|ports| !ports.is_empty()) else { return };
    if ports.iter().any(|port| port["name"] == "dashboard") {
        return;
    }
    let kind = cluster.object.kind();
    let consequence = match kind {
        "RayCluster" => "its Service offers no dashboard and takes no jobs",
        _ => "KubeRay cannot reach it",
    };
    let message = format!(
        "the head of {kind} `{}` lists ports, but none is named `dashboard`: {consequence}",
        cluster.object.name()
    );
    let diagnostic = findings.cluster(cluster, pointer, message);
    diagnostic.add_help("add a port `dashboard` with number 8265: a list of ports replaces the default ones");
    if kind == "RayCluster" {
        diagnostic.severity = Severity::Warning;
    }
}
