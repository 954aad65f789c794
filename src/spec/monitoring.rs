//! Metrics: who scrapes them, what they warn of, and where the dashboard finds them again.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

/// Scraping of metrics by the Prometheus operator. Rendered where the environment has a `monitoring` table.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Monitoring {
    /// Whether monitors are rendered.
    pub enabled: Option<bool>,
    /// The kind of the head's monitor. It is always a PodMonitor where KubeRay names the cluster.
    pub head: Option<HeadMonitor>,
    /// Labels by which the site's Prometheus selects monitors and rules.
    pub labels: Option<BTreeMap<String, String>>,
    /// How often to scrape, in Prometheus' grammar; Prometheus' own default when not set.
    #[schemars(
        example = "30s",
        regex(pattern = "^(0|(([0-9]+)y)?(([0-9]+)w)?(([0-9]+)d)?(([0-9]+)h)?(([0-9]+)m)?(([0-9]+)s)?(([0-9]+)ms)?)$")
    )]
    pub interval: Option<String>,
    /// Namespace of monitors and rules, where the site's Prometheus looks into no other; the team's when not set.
    #[schemars(length(max = 63), regex(pattern = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"))]
    pub namespace: Option<String>,
    /// Whether alerts are rendered (PrometheusRule): a head that is down, nodes that do not come, workers that ran out of
    /// memory, objects that spill, disks that fill up.
    pub rules: Option<bool>,
    /// Labels of the alerts by which the site's Alertmanager routes them, beside `severity` and `team`.
    pub alert_labels: Option<BTreeMap<String, String>>,
    /// Where the dashboard finds Prometheus (`RAY_PROMETHEUS_HOST` of the head), with its scheme.
    #[schemars(example = "http://prometheus.monitoring.svc:9090", regex(pattern = "^https?://"))]
    pub prometheus_host: Option<String>,
    /// Name of Grafana's data source for Prometheus (`RAY_PROMETHEUS_NAME` of the head); `Prometheus` when not set.
    pub prometheus_name: Option<String>,
    /// Where the dashboard finds Grafana (`RAY_GRAFANA_HOST` of the head), with its scheme; `DISABLED` hides the metrics.
    #[schemars(example = "http://grafana.monitoring.svc", regex(pattern = "^(https?://|DISABLED$)"))]
    pub grafana_host: Option<String>,
    /// Where people's browsers find Grafana (`RAY_GRAFANA_IFRAME_HOST` of the head); `grafana-host` when not set.
    #[schemars(example = "https://grafana.example.com", regex(pattern = "^https?://"))]
    pub grafana_iframe_host: Option<String>,
}

/// Kinds of a monitor for the head.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs)]
pub enum HeadMonitor {
    ServiceMonitor,
    PodMonitor,
}
