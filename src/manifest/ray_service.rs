//! RayService (`ray.io/v1`).

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use super::metadata::Metadata;
use super::ray_cluster::{self, RayClusterSpec};
use super::{Manifest, Places, Scope};
use crate::resolve::{IncrementalUpgrade, Serve, ServeService, Workload};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RayService {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata,
    spec: RayServiceSpec,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RayServiceSpec {
    #[serde(skip_serializing_if = "Option::is_none")]
    suspend: Option<bool>,
    upgrade_strategy: UpgradeStrategy,
    ray_cluster_deletion_delay_seconds: i32,
    #[serde(rename = "excludeHeadPodFromServeSvc", skip_serializing_if = "Option::is_none")]
    exclude_head_pod: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    serve_service: Option<Service>,
    #[serde(rename = "serveConfigV2")]
    serve_config: String,
    ray_cluster_config: RayClusterSpec,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UpgradeStrategy {
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cluster_upgrade_options: Option<ClusterUpgradeOptions>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ClusterUpgradeOptions {
    max_surge_percent: i32,
    step_size_percent: i32,
    interval_seconds: i32,
    gateway_class_name: String,
}

/// The parts of a Service that KubeRay takes over; it fills in name, selector and port (`common/service.go`).
#[derive(Serialize)]
struct Service {
    metadata: ServiceMetadata,
    #[serde(skip_serializing_if = "Option::is_none")]
    spec: Option<ServiceSpec>,
}

#[derive(Serialize)]
struct ServiceMetadata {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    labels: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    annotations: BTreeMap<String, String>,
}

#[derive(Serialize)]
struct ServiceSpec {
    r#type: &'static str,
}

pub(super) fn ray_service(scope: &Scope<'_>, workload: &Arc<Workload>, serve: &Serve) -> Manifest {
    let timeout = serve.initializing_timeout.clone();
    let object = RayService {
        api_version: "ray.io/v1",
        kind: "RayService",
        metadata: Metadata::of_workload(scope.team, workload, workload.name.clone())
            .with_annotations(timeout.map(|timeout| (INITIALIZING_TIMEOUT.to_owned(), timeout)).into_iter().collect()),
        spec: RayServiceSpec {
            suspend: workload.suspend.then_some(true),
            upgrade_strategy: UpgradeStrategy {
                r#type: serve.upgrade.as_str(),
                cluster_upgrade_options: serve.incremental.as_ref().map(options),
            },
            ray_cluster_deletion_delay_seconds: serve.cluster_deletion_delay,
            exclude_head_pod: serve.exclude_head_pod.then_some(true),
            serve_service: serve.service.as_ref().map(service),
            serve_config: serve.config.clone(),
            ray_cluster_config: ray_cluster::spec(workload),
        },
    };
    let workload = Arc::clone(workload);
    scope.manifest(object, Places::later(workload.path.clone(), move |places| add_places(places, &workload)))
}

/// When the operator gives up on the first cluster (KubeRay `utils/constant.go`, RayServiceInitializingTimeoutAnnotation).
const INITIALIZING_TIMEOUT: &str = "ray.io/initializing-timeout";

fn options(incremental: &IncrementalUpgrade) -> ClusterUpgradeOptions {
    ClusterUpgradeOptions {
        max_surge_percent: incremental.max_surge_percent,
        step_size_percent: incremental.step_size_percent,
        interval_seconds: incremental.interval,
        gateway_class_name: incremental.gateway_class.clone(),
    }
}

fn service(service: &ServeService) -> Service {
    Service {
        metadata: ServiceMetadata { labels: service.labels.clone(), annotations: service.annotations.clone() },
        spec: service.service_type.map(|service_type| ServiceSpec { r#type: service_type.as_str() }),
    }
}

fn add_places(places: &mut Places, workload: &Workload) {
    let path = &workload.path;
    for (pointer, key) in [
        ("/metadata/name", "name"),
        ("/metadata/labels", "labels"),
        ("/metadata/annotations", "annotations"),
        ("/metadata/annotations/ray.io~1initializing-timeout", "initializing-timeout"),
        ("/spec/suspend", "suspend"),
        ("/spec/upgradeStrategy", "upgrade"),
        ("/spec/upgradeStrategy/clusterUpgradeOptions", "incremental-upgrade"),
        ("/spec/rayClusterDeletionDelaySeconds", "cluster-deletion-delay"),
        ("/spec/excludeHeadPodFromServeSvc", "exclude-head-pod"),
        ("/spec/serveService", "serve-service"),
        ("/spec/serveConfigV2", "serve-config"),
    ] {
        places.add(pointer, path.join(key));
    }
    for (field, key) in [
        ("maxSurgePercent", "max-surge-percent"),
        ("stepSizePercent", "step-size-percent"),
        ("intervalSeconds", "interval"),
        ("gatewayClassName", "gateway-class"),
    ] {
        let pointer = format!("/spec/upgradeStrategy/clusterUpgradeOptions/{field}");
        places.add(pointer, path.join("incremental-upgrade").join(key));
    }
    for (field, key) in [("metadata/labels", "labels"), ("metadata/annotations", "annotations"), ("spec/type", "type")]
    {
        places.add(format!("/spec/serveService/{field}"), path.join("serve-service").join(key));
    }
    ray_cluster::add_places(places, "/spec/rayClusterConfig", workload);
}
