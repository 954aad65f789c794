//! Addresses that the dashboard cannot call.

use crate::diagnostic::Severity;
use crate::lint::{Check, Findings, Group, Pod, Rule};

pub(super) static RULE: Rule = Rule {
    name: "schemeless-metrics-host",
    group: Group::Monitoring,
    summary: "the dashboard's address of Prometheus or Grafana has no scheme",
    severity: Severity::Warning,
    page: include_str!("schemeless_metrics_host.md"),
    check: Check::Pod(check),
};

const HOSTS: [&str; 3] = ["RAY_GRAFANA_HOST", "RAY_GRAFANA_IFRAME_HOST", "RAY_PROMETHEUS_HOST"];

fn check(pod: &Pod<'_>, findings: &mut Findings<'_>) {
    if pod.role != "head" {
        return;
    }
    let variables = pod.containers().next().and_then(|container| container["env"].as_array());
    for (index, variable) in variables.into_iter().flatten().enumerate() {
        let (Some(name), Some(host)) = (variable["name"].as_str(), variable["value"].as_str()) else { continue };
        let callable = host.starts_with("http://") || host.starts_with("https://") || host.contains("$(");
        // Ray's own word for a dashboard without metrics (`dashboard/modules/metrics/metrics_head.py`).
        if !HOSTS.contains(&name) || callable || host == "DISABLED" {
            continue;
        }
        let message = format!("`{name}` of the head is `{host}`, without `http://` or `https://`");
        findings
            .pod(pod, &format!("/spec/containers/0/env/{index}"), message)
            .add_help(format!("write `http://{host}`, or set it for all teams with `monitoring` of the environment"));
    }
}
