//! What a service has beyond a Ray cluster: what Serve runs, how it is reached and how it is upgraded.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::scalar::Duration;
use super::workload::ServiceType;

/// Keys of services alone.
pub(super) const KEYS: [&str; 7] = [
    "serve-config",
    "serve-config-file",
    "serve-service",
    "exclude-head-pod",
    "incremental-upgrade",
    "cluster-deletion-delay",
    "initializing-timeout",
];

/// How an incremental upgrade shifts traffic to the new cluster (`spec.upgradeStrategy.clusterUpgradeOptions`,
/// KubeRay 1.5). It counts with `upgrade = "incremental"`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct IncrementalUpgrade {
    /// Capacity of the new cluster beyond the old one's, in percent (`maxSurgePercent`); 100 doubles it.
    #[schemars(range(min = 0, max = 100))]
    pub max_surge_percent: Option<i32>,
    /// Traffic that each step shifts, in percent (`stepSizePercent`); no more than the surge.
    #[schemars(range(min = 0, max = 100))]
    pub step_size_percent: Option<i32>,
    /// Time between two steps (`intervalSeconds`).
    #[schemars(example = "30s")]
    pub interval: Option<Duration>,
    /// GatewayClass of the Gateway that splits the traffic (`gatewayClassName`).
    #[schemars(example = &"istio")]
    pub gateway_class: Option<String>,
}

/// The Service of Serve, `<name>-serve-svc`, which KubeRay changes only when it switches clusters.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct ServeService {
    /// Its type (`spec.serveService.spec.type`); that of the head's Service when not set.
    #[serde(rename = "type")]
    pub service_type: Option<ServiceType>,
    /// Its annotations (`spec.serveService.metadata.annotations`).
    pub annotations: Option<BTreeMap<String, String>>,
    /// Its labels (`spec.serveService.metadata.labels`).
    pub labels: Option<BTreeMap<String, String>>,
}
