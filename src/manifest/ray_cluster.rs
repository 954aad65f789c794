//! RayCluster (`ray.io/v1`).

use std::collections::BTreeMap;
use std::sync::Arc;

use k8s_openapi::api::core::v1::SecurityContext;
use serde::Serialize;

use super::fault_tolerance::{self, GcsFaultToleranceOptions};
use super::metadata::Metadata;
use super::pod::{self, PodTemplate, Role};
use super::{Manifest, Places, Scope};
use crate::resolve::{Autoscaling, WorkerGroup, Workload};
use crate::spec::{AuthMode, UpscalingMode, WorkloadKind};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RayCluster {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata,
    spec: RayClusterSpec,
}

/// What describes a Ray cluster in a RayCluster, a RayService, a RayJob and a RayCronJob.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RayClusterSpec {
    ray_version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    suspend: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    upgrade_strategy: Option<UpgradeStrategy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_options: Option<AuthOptions>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gcs_fault_tolerance_options: Option<GcsFaultToleranceOptions>,
    enable_in_tree_autoscaling: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    autoscaler_options: Option<AutoscalerOptions>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    head_service_annotations: BTreeMap<String, String>,
    head_group_spec: HeadGroupSpec,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    worker_group_specs: Vec<WorkerGroupSpec>,
}

#[derive(Serialize)]
struct UpgradeStrategy {
    r#type: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AuthOptions {
    mode: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret_name: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AutoscalerOptions {
    version: &'static str,
    upscaling_mode: UpscalingMode,
    idle_timeout_seconds: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<String>,
    resources: Resources,
    security_context: SecurityContext,
}

#[derive(Serialize)]
struct Resources {
    requests: BTreeMap<&'static str, String>,
    limits: BTreeMap<&'static str, String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct HeadGroupSpec {
    service_type: &'static str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    ray_start_params: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    resources: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    labels: BTreeMap<String, String>,
    template: PodTemplate,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WorkerGroupSpec {
    group_name: String,
    replicas: i32,
    min_replicas: i32,
    max_replicas: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    num_of_hosts: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    idle_timeout_seconds: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    priority: Option<i32>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    ray_start_params: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    resources: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    labels: BTreeMap<String, String>,
    template: PodTemplate,
}

pub(super) fn ray_cluster(scope: &Scope<'_>, workload: &Arc<Workload>) -> Manifest {
    let object = RayCluster {
        api_version: "ray.io/v1",
        kind: "RayCluster",
        metadata: Metadata::of_workload(scope.team, workload, workload.name.clone()),
        spec: spec(workload),
    };
    let workload = Arc::clone(workload);
    let places = Places::later(workload.path.clone(), move |places| {
        for (pointer, key) in
            [("/metadata/name", "name"), ("/metadata/labels", "labels"), ("/metadata/annotations", "annotations")]
        {
            places.add(pointer, workload.path.join(key));
        }
        add_places(places, "/spec", &workload);
    });
    scope.manifest(object, places)
}

/// The spec of a workload's Ray cluster, wherever it stands.
pub(super) fn spec(workload: &Workload) -> RayClusterSpec {
    let head = &workload.head;
    // What a service or a job does with its cluster stands beside the cluster's spec: KubeRay refuses `upgradeStrategy`
    // in it (`utils/validation.go`, ValidateRayClusterUpgradeOptions).
    let own = workload.kind == WorkloadKind::Cluster;
    RayClusterSpec {
        ray_version: workload.ray_version.to_string(),
        suspend: (own && workload.suspend).then_some(true),
        upgrade_strategy: workload.upgrade.filter(|_| own).map(|upgrade| UpgradeStrategy { r#type: upgrade.as_str() }),
        // The mode is always explicit: with an empty one the operator makes the Secret, but no pod uses it (KubeRay
        // `utils.IsAuthEnabled`).
        auth_options: workload.auth.as_ref().map(|auth| AuthOptions {
            mode: match auth.mode {
                AuthMode::Token => "token",
                AuthMode::Disabled => "disabled",
            },
            secret_name: auth.secret.clone(),
        }),
        gcs_fault_tolerance_options: fault_tolerance::options(workload),
        enable_in_tree_autoscaling: workload.autoscaling.is_some(),
        autoscaler_options: workload.autoscaling.as_ref().map(autoscaler_options),
        head_service_annotations: workload.service_annotations.clone(),
        head_group_spec: HeadGroupSpec {
            service_type: workload.service_type.as_str(),
            ray_start_params: head.ray_start_params.clone(),
            resources: head.ray_resources.clone(),
            labels: head.ray_labels.clone(),
            template: pod::template(workload, head, Role::Head),
        },
        worker_group_specs: workload.workers.iter().map(|worker| worker_group(workload, worker)).collect(),
    }
}

/// Version 2 is explicit, so that the operator sets `restartPolicy: Never`: when Ray chooses it by itself, the operator
/// does not (KubeRay `common/pod.go`).
fn autoscaler_options(autoscaling: &Autoscaling) -> AutoscalerOptions {
    let amounts = BTreeMap::from([("cpu", autoscaling.cpu.to_string()), ("memory", autoscaling.memory.to_string())]);
    AutoscalerOptions {
        version: "v2",
        upscaling_mode: autoscaling.upscaling_mode,
        idle_timeout_seconds: autoscaling.idle_timeout,
        image: autoscaling.image.clone(),
        resources: Resources { requests: amounts.clone(), limits: amounts },
        security_context: pod::restricted(),
    }
}

fn worker_group(workload: &Workload, worker: &WorkerGroup) -> WorkerGroupSpec {
    let group = &worker.group;
    WorkerGroupSpec {
        group_name: group.name.clone(),
        replicas: worker.replicas,
        min_replicas: worker.min,
        max_replicas: worker.max,
        num_of_hosts: Some(worker.hosts).filter(|hosts| *hosts != 1),
        idle_timeout_seconds: worker.idle_timeout,
        priority: worker.priority,
        ray_start_params: group.ray_start_params.clone(),
        resources: group.ray_resources.clone(),
        labels: group.ray_labels.clone(),
        template: pod::template(workload, group, Role::Worker),
    }
}

/// Which keys of the spec made which part of the cluster's spec at `pointer`.
pub(super) fn add_places(places: &mut Places, pointer: &str, workload: &Workload) {
    let path = &workload.path;
    for (field, key) in [
        ("rayVersion", "ray-version"),
        ("suspend", "suspend"),
        ("upgradeStrategy", "upgrade"),
        ("authOptions", "auth"),
        ("gcsFaultToleranceOptions", "fault-tolerance"),
        ("enableInTreeAutoscaling", "autoscaling"),
        ("autoscalerOptions", "autoscaling"),
        ("headServiceAnnotations", "service"),
    ] {
        places.add(format!("{pointer}/{field}"), path.join(key));
    }
    for (field, [table, key]) in [
        ("headGroupSpec/serviceType", ["service", "type"]),
        ("authOptions/mode", ["auth", "mode"]),
        ("authOptions/secretName", ["auth", "secret"]),
        ("gcsFaultToleranceOptions/redisAddress", ["fault-tolerance", "address"]),
        ("gcsFaultToleranceOptions/redisUsername", ["fault-tolerance", "username"]),
        ("gcsFaultToleranceOptions/redisPassword", ["fault-tolerance", "password"]),
        ("gcsFaultToleranceOptions/externalStorageNamespace", ["fault-tolerance", "namespace"]),
        ("autoscalerOptions/idleTimeoutSeconds", ["autoscaling", "idle-timeout"]),
        ("autoscalerOptions/image", ["autoscaling", "image"]),
    ] {
        places.add(format!("{pointer}/{field}"), path.join(table).join(key));
    }
    pod::add_places(places, &format!("{pointer}/headGroupSpec"), workload, &workload.head);
    for (index, worker) in workload.workers.iter().enumerate() {
        let pointer = format!("{pointer}/workerGroupSpecs/{index}");
        pod::add_places(places, &pointer, workload, &worker.group);
        for (field, key) in [
            ("replicas", "replicas"),
            ("minReplicas", "min"),
            ("maxReplicas", "max"),
            ("numOfHosts", "hosts"),
            ("idleTimeoutSeconds", "idle-timeout"),
            ("priority", "priority"),
        ] {
            places.add(format!("{pointer}/{field}"), worker.group.path.join(key));
        }
    }
}
