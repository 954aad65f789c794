//! Monitors, alerts, and the dashboard's way to Prometheus and Grafana.

use std::collections::BTreeMap;

use crate::spec::{self, HeadMonitor, WorkloadKind};

/// Monitors.
#[derive(Clone, Debug)]
pub struct Monitoring {
    /// The kind of the head's monitor.
    pub head: HeadMonitor,
    /// Labels by which Prometheus selects monitors and rules.
    pub labels: BTreeMap<String, String>,
    /// How often to scrape.
    pub interval: Option<String>,
    /// Namespace of monitors and rules, unless it is the team's.
    pub namespace: Option<String>,
    /// Alerts, if there are any.
    pub alerts: Option<Alerts>,
}

/// Alerts.
#[derive(Clone, Debug)]
pub struct Alerts {
    /// Labels by which Alertmanager routes them.
    pub labels: BTreeMap<String, String>,
}

/// Where the dashboard finds Prometheus and Grafana; what is missing is left to Ray.
#[derive(Clone, Debug, Default)]
pub struct MetricsHosts {
    /// Prometheus.
    pub prometheus: Option<String>,
    /// Grafana's name for it.
    pub prometheus_name: Option<String>,
    /// Grafana.
    pub grafana: Option<String>,
    /// Grafana, as browsers reach it.
    pub grafana_iframe: Option<String>,
}

pub(super) fn resolve(kind: WorkloadKind, spec: Option<&spec::Monitoring>) -> Option<Monitoring> {
    let spec = spec?;
    // The head of a service or job has two Services, its cluster's and the operator's for the whole, and would be counted
    // twice (KubeRay `common/service.go`, `common/job.go`).
    let head = match kind {
        WorkloadKind::Cluster => spec.head.unwrap_or(HeadMonitor::ServiceMonitor),
        _ => HeadMonitor::PodMonitor,
    };
    spec.enabled.unwrap_or(false).then(|| Monitoring {
        head,
        labels: spec.labels.clone().unwrap_or_default(),
        interval: spec.interval.clone(),
        namespace: spec.namespace.clone(),
        alerts: spec.rules.unwrap_or(false).then(|| Alerts { labels: spec.alert_labels.clone().unwrap_or_default() }),
    })
}

pub(super) fn hosts(spec: Option<&spec::Monitoring>) -> MetricsHosts {
    let spec = spec.cloned().unwrap_or_default();
    MetricsHosts {
        prometheus: spec.prometheus_host,
        prometheus_name: spec.prometheus_name,
        grafana: spec.grafana_host,
        grafana_iframe: spec.grafana_iframe_host,
    }
}
