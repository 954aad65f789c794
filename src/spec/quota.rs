//! What a team's Namespace may hold: ResourceQuota and LimitRange.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::scalar::Quantity;

/// What all pods and objects of the team's Namespace may take together (ResourceQuota, `spec.hard`).
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Quota {
    /// CPUs (`requests.cpu`).
    #[schemars(example = 128)]
    pub cpu: Option<Quantity>,
    /// Memory (`requests.memory` and `limits.memory`).
    #[schemars(example = "512Gi")]
    pub memory: Option<Quantity>,
    /// NVIDIA GPUs (`requests.nvidia.com/gpu`).
    #[schemars(example = 8)]
    pub gpus: Option<u32>,
    /// Local disk (`requests.ephemeral-storage`).
    #[schemars(example = "1Ti")]
    pub ephemeral_storage: Option<Quantity>,
    /// Storage of all claims (`requests.storage`).
    #[schemars(example = "10Ti")]
    pub storage: Option<Quantity>,
    /// PersistentVolumeClaims (`persistentvolumeclaims`).
    pub persistent_volume_claims: Option<u32>,
    /// Pods (`pods`).
    #[schemars(example = 100)]
    pub pods: Option<u32>,
    /// RayClusters, those of services and jobs included (`count/rayclusters.ray.io`).
    pub clusters: Option<u32>,
    /// RayServices (`count/rayservices.ray.io`).
    pub services: Option<u32>,
    /// RayJobs (`count/rayjobs.ray.io`).
    pub jobs: Option<u32>,
    /// Services of type LoadBalancer (`services.loadbalancers`).
    pub load_balancers: Option<u32>,
    /// Anything else that a ResourceQuota counts, in Kubernetes' own spelling (`spec.hard`).
    #[schemars(extend("examples" = [{ "count/configmaps": 50 }]))]
    pub hard: Option<BTreeMap<String, Quantity>>,
}

/// Bounds and defaults of each container in the team's Namespace (LimitRange, `spec.limits[]` of type Container). What
/// raygen renders says all of it; the defaults are for pods that people start by hand, which a quota refuses when they
/// say nothing.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct LimitRange {
    /// Requests of containers that have none (`defaultRequest`).
    pub default_request: Option<Amounts>,
    /// Limits of containers that have none (`default`).
    pub default: Option<Amounts>,
    /// Least requests (`min`). KubeRay's init container `wait-gcs-ready` asks for 200m and 256Mi.
    pub min: Option<Amounts>,
    /// Greatest limits (`max`).
    pub max: Option<Amounts>,
}

/// CPUs and memory of a container. Local disk is left out: raygen's containers set no limit for it, so that none is
/// evicted in the middle of spilling, and a LimitRange would give them one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Amounts {
    /// CPUs.
    #[schemars(example = "500m")]
    pub cpu: Option<Quantity>,
    /// Memory.
    #[schemars(example = "1Gi")]
    pub memory: Option<Quantity>,
}
