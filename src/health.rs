//! How Argo CD and Flux tell whether Ray's and Karpenter's custom resources are healthy.
//!
//! Argo CD knows Karpenter's kinds since 3.1 and none of Ray's (`resource_customizations/`), and takes what it does not know
//! for healthy. Its checks are Lua, in its ConfigMap `argocd-cm`; Flux takes CEL, in each Kustomization.

use serde::Serialize;

use crate::json;
use crate::json::{Map, Value};

/// Argo CD's check of one kind.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// The kind, of the group `ray.io`.
    pub kind: &'static str,
    /// A chunk that reads `obj` and returns `{status, message}`.
    pub lua: &'static str,
}

/// Ray's kinds.
pub const ARGO_CD: [Check; 4] = [
    Check { kind: "RayCluster", lua: include_str!("health/ray_cluster.lua") },
    Check { kind: "RayCronJob", lua: include_str!("health/ray_cron_job.lua") },
    Check { kind: "RayJob", lua: include_str!("health/ray_job.lua") },
    Check { kind: "RayService", lua: include_str!("health/ray_service.lua") },
];

/// The keys of `argocd-cm`.
pub fn argo_cd_settings() -> Map {
    let key = |check: &Check| format!("resource.customizations.health.ray.io_{}", check.kind);
    ARGO_CD.iter().map(|check| (key(check), check.lua.into())).collect()
}

/// The patch that adds the checks to `argocd-cm` and leaves its other keys alone.
pub fn argo_cd_patch() -> Value {
    json!({ "data": argo_cd_settings() })
}

/// Flux' check of one kind (`spec.healthCheckExprs[]`). What is neither failed nor current is in progress.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Expressions {
    /// Group and version.
    pub api_version: &'static str,
    /// The kind.
    pub kind: &'static str,
    /// Whether it will not become healthy by itself.
    pub failed: &'static str,
    /// Whether it is healthy.
    pub current: &'static str,
}

const READY: &str = "has(status.conditions) && status.conditions.exists(c, c.type == 'Ready' && c.status == 'True')";
const NOT_READY: &str =
    "has(status.conditions) && status.conditions.exists(c, c.type == 'Ready' && c.status == 'False')";

/// Kinds of which raygen lets Flux watch objects.
pub const FLUX: [Expressions; 4] = [
    Expressions { api_version: "karpenter.k8s.aws/v1", kind: "EC2NodeClass", failed: NOT_READY, current: READY },
    Expressions { api_version: "karpenter.sh/v1", kind: "NodePool", failed: NOT_READY, current: READY },
    Expressions {
        api_version: "ray.io/v1",
        kind: "RayCluster",
        failed: "has(status.conditions) && status.conditions.exists(c, c.type == 'ReplicaFailure' && c.status == 'True')",
        current: "has(status.conditions) && status.conditions.exists(c, c.type == 'RayClusterProvisioned' && \
                  c.status == 'True') && status.conditions.exists(c, c.type == 'HeadPodReady' && c.status == 'True')",
    },
    Expressions {
        api_version: "ray.io/v1",
        kind: "RayService",
        failed: "has(status.conditions) && status.conditions.exists(c, c.type == 'Ready' && c.status == 'False' && \
                 c.reason in ['InitializingTimeout', 'ValidationFailed']) || \
                 has(status.activeServiceStatus) && has(status.activeServiceStatus.applicationStatuses) && \
                 status.activeServiceStatus.applicationStatuses.exists(name, \
                 status.activeServiceStatus.applicationStatuses[name].status == 'DEPLOY_FAILED') || \
                 has(status.pendingServiceStatus) && has(status.pendingServiceStatus.applicationStatuses) && \
                 status.pendingServiceStatus.applicationStatuses.exists(name, \
                 status.pendingServiceStatus.applicationStatuses[name].status == 'DEPLOY_FAILED')",
        current: READY,
    },
];
