//! The pods of heads and worker groups.

use std::collections::BTreeMap;

use k8s_openapi::DeepMerge;
use k8s_openapi::api::core::v1::{
    Capabilities, Container, ContainerPort, EmptyDirVolumeSource, ExecAction, Lifecycle, LifecycleHandler,
    LocalObjectReference, PodSecurityContext, PodSpec, PodTemplateSpec, ResourceRequirements, SeccompProfile,
    SecurityContext, Toleration, Volume, VolumeMount,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::Serialize;

use super::metadata::INSTANCE;
use super::{Places, containers, env, mounts, patch, probes, spread, volumes};
use crate::json;
use crate::json::Map;
use crate::resolve::{Group, Workload};
use crate::spec;

/// A pod template as custom resources embed it: with labels and annotations, and no other metadata.
#[derive(Clone, Debug, Serialize)]
pub(super) struct PodTemplate {
    metadata: TemplateMetadata,
    spec: PodSpec,
}

#[derive(Clone, Debug, Serialize)]
struct TemplateMetadata {
    labels: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    annotations: BTreeMap<String, String>,
}

impl PodTemplate {
    /// A template of a pod that is not Ray's.
    pub(super) fn new(labels: BTreeMap<String, String>, spec: PodSpec) -> Self {
        Self { metadata: TemplateMetadata { labels, annotations: BTreeMap::new() }, spec }
    }

    /// With more volumes.
    pub(super) fn with_volumes(mut self, volumes: Vec<Volume>) -> Self {
        self.spec.volumes.get_or_insert_default().extend(volumes);
        self
    }
}

impl From<PodTemplate> for PodTemplateSpec {
    fn from(template: PodTemplate) -> Self {
        let TemplateMetadata { labels, annotations } = template.metadata;
        let metadata = ObjectMeta {
            labels: Some(labels),
            annotations: Some(annotations).filter(|annotations| !annotations.is_empty()),
            ..ObjectMeta::default()
        };
        Self { metadata: Some(metadata), spec: Some(template.spec) }
    }
}

/// What distinguishes a head's pod from a worker's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Head,
    Worker,
}

/// The head's ports. Listing one drops the defaults (KubeRay `common/service.go`), so all are listed; the last two are
/// the metrics of autoscaler and dashboard. A fixed order, for KubeRay hashes the spec.
const HEAD_PORTS: [(&str, i32); 7] = [
    ("gcs-server", 6379),
    ("dashboard", 8265),
    ("client", 10001),
    ("serve", 8000),
    ("metrics", 8080),
    ("as-metrics", 44217),
    ("dash-metrics", 44227),
];
const WORKER_PORTS: [(&str, i32); 1] = [("metrics", 8080)];

/// The number of one of the head's ports.
pub(super) fn head_port(name: &str) -> i32 {
    let port = HEAD_PORTS.iter().find(|(each, _)| *each == name);
    port.expect("the head has every port that can be exposed").1
}

/// The pod template of a group.
pub(super) fn template(workload: &Workload, group: &Group, role: Role) -> PodTemplate {
    let mut labels = group.pod_labels.clone();
    labels.insert(INSTANCE.to_owned(), workload.name.clone());
    let mut annotations = BTreeMap::new();
    if role == Role::Head {
        // Karpenter moves pods whose nodes it could do without, and losing the head loses the cluster (ray#64907).
        annotations.insert("karpenter.sh/do-not-disrupt".to_owned(), "true".to_owned());
    }
    annotations.extend(group.pod_annotations.clone());
    PodTemplate { metadata: TemplateMetadata { labels, annotations }, spec: pod_spec(workload, group, role) }
}

/// Which keys of the spec made which part of the template at `pointer`.
pub(super) fn add_places(places: &mut Places, pointer: &str, workload: &Workload, group: &Group) {
    let path = &group.path;
    let spec = format!("{pointer}/template/spec");
    let container = format!("{spec}/containers/0");
    places.add(pointer, path.clone());
    for (field, key, table) in [
        ("rayStartParams", "ray-start-params", &group.ray_start_params),
        ("labels", "ray-labels", &group.ray_labels),
        ("resources", "ray-resources", &group.ray_resources),
    ] {
        let path = path.join(key);
        for name in table.keys() {
            places.add(format!("{pointer}/{field}/{}", name.replace('~', "~0").replace('/', "~1")), path.join(name));
        }
        places.add(format!("{pointer}/{field}"), path);
    }
    places.add(format!("{pointer}/template/metadata/labels"), path.join("pod-labels"));
    places.add(format!("{pointer}/template/metadata/annotations"), path.join("pod-annotations"));
    places.add(format!("{spec}/nodeSelector"), path.join("node-selector"));
    places.add(format!("{spec}/tolerations"), path.join("tolerations"));
    for (field, key, written) in [
        ("affinity", "affinity", group.affinity.is_some()),
        ("runtimeClassName", "runtime-class", group.runtime_class.is_some()),
    ] {
        if written {
            places.add(format!("{spec}/{field}"), path.join(key));
        }
    }
    if group.shared_memory.is_some() {
        places.add(format!("{spec}/volumes/1"), path.join("shared-memory"));
    }
    places.add(container.clone(), path.clone());
    spread::add_places(places, &spec, group);
    containers::add_places(places, &spec, group);
    probes::add_places(places, &container, group);
    let (all_volumes, all_mounts) = (self::volumes(group), volume_mounts(group));
    volumes::add_places(places, &spec, group, &all_volumes, &all_mounts);
    mounts::add_places(places, &spec, group, &all_volumes, &all_mounts);
    places.add(format!("{container}/image"), path.join("image"));
    places.add(format!("{container}/env"), path.join("env"));
    places.add(format!("{container}/envFrom"), path.join("env-from"));
    let variables = env::of_container(workload, group);
    let of_monitoring = env::metrics_hosts(workload);
    for (index, variable) in variables.iter().enumerate() {
        let pointer = format!("{container}/env/{index}");
        if group.env.contains_key(&variable.name) {
            places.add(pointer, path.join("env").join(&variable.name));
        } else if let Some((.., key)) = of_monitoring.iter().find(|(name, ..)| *name == variable.name) {
            places.add(pointer, workload.path.join("monitoring").join(key));
        }
    }
    for list in ["requests", "limits"] {
        for (resource, key) in [
            ("cpu", "cpu"),
            ("memory", "memory"),
            ("nvidia.com~1gpu", "gpu"),
            ("ephemeral-storage", "ephemeral-storage"),
        ] {
            places.add(format!("{container}/resources/{list}/{resource}"), path.join(key));
        }
    }
    for (pointer, key, hatch) in [(&spec, "pod", &group.pod), (&container, "container", &group.container)] {
        let Some(hatch) = hatch else { continue };
        places.add(pointer.clone(), path.join(key));
        for (below, keys) in patch::leaves(hatch) {
            places.add(format!("{pointer}{below}"), keys.iter().fold(path.join(key), |path, key| path.join(key)));
        }
    }
}

fn pod_spec(workload: &Workload, group: &Group, role: Role) -> PodSpec {
    let mut container = container(workload, group, role);
    if let Some(mut partial) = typed::<Container>(group.container.as_ref()) {
        // A required field that a partial object leaves out reads as empty, and empty would win.
        if partial.name.is_empty() {
            partial.name.clone_from(&container.name);
        }
        container.merge_from(partial);
    }
    let mut spec = PodSpec {
        service_account_name: Some(workload.service_account.clone()),
        // The operator lets the head's ServiceAccount change pods and clusters for the autoscaler (KubeRay
        // `common/rbac.go`); workers run the users' code and need none of it. IRSA projects a token of its own.
        automount_service_account_token: (role == Role::Worker).then_some(false),
        image_pull_secrets: image_pull_secrets(workload),
        priority_class_name: group.priority_class.clone(),
        termination_grace_period_seconds: group.grace_period,
        security_context: Some(restricted_pod()),
        runtime_class_name: group.runtime_class.clone(),
        node_selector: Some(node_selector(group)),
        tolerations: Some(tolerations(&group.taints, &group.tolerations)),
        affinity: typed(group.affinity.as_ref()),
        topology_spread_constraints: spread::constraints(workload, group),
        init_containers: containers::before(group),
        containers: std::iter::once(container).chain(containers::beside(group)).collect(),
        volumes: Some(volumes(group)),
        ..PodSpec::default()
    };
    if let Some(partial) = typed::<PodSpec>(group.pod.as_ref()) {
        spec.merge_from(partial);
    }
    spec
}

/// The Secrets by which the node pulls the workload's images.
pub(super) fn image_pull_secrets(workload: &Workload) -> Option<Vec<LocalObjectReference>> {
    let secrets = workload.image_pull_secrets.iter().map(|name| LocalObjectReference { name: name.clone() });
    Some(secrets.collect()).filter(|secrets: &Vec<_>| !secrets.is_empty())
}

/// What the group selects of its nodes, and the label that Karpenter itself puts on them: nothing to invent, nothing
/// that could disagree.
pub(super) fn node_selector(group: &Group) -> BTreeMap<String, String> {
    let mut node_selector = group.node_selector.clone();
    node_selector.insert("karpenter.sh/nodepool".to_owned(), group.pool.clone());
    node_selector
}

/// An escape hatch as its type. One that does not fit is reported by the checks and changes nothing.
pub(super) fn typed<T: serde::de::DeserializeOwned>(partial: Option<&Map>) -> Option<T> {
    json::from_fields(partial?).ok()
}

fn container(workload: &Workload, group: &Group, role: Role) -> Container {
    let (name, ports) = match role {
        Role::Head => ("ray-head", &HEAD_PORTS[..]),
        Role::Worker => ("ray-worker", &WORKER_PORTS[..]),
    };
    let port = |(name, number): &(&str, i32)| ContainerPort {
        name: Some((*name).to_owned()),
        container_port: *number,
        ..ContainerPort::default()
    };
    let [liveness_probe, readiness_probe, startup_probe] = probes::of_ray(workload, group, role);
    Container {
        name: name.to_owned(),
        image: Some(group.image.clone()),
        image_pull_policy: Some(group.pull_policy.as_str().to_owned()),
        env: Some(env::of_container(workload, group)).filter(|variables| !variables.is_empty()),
        env_from: Some(env::from(group)).filter(|sources| !sources.is_empty()),
        ports: Some(ports.iter().map(port).collect()),
        resources: Some(resources(group)),
        security_context: Some(restricted()),
        lifecycle: group.pre_stop.as_ref().map(|command| Lifecycle {
            pre_stop: Some(LifecycleHandler {
                exec: Some(ExecAction { command: Some(vec!["/bin/sh".into(), "-c".into(), command.clone()]) }),
                ..LifecycleHandler::default()
            }),
            ..Lifecycle::default()
        }),
        liveness_probe,
        readiness_probe,
        startup_probe,
        volume_mounts: Some(volume_mounts(group)),
        ..Container::default()
    }
}

/// What Pod Security restricted asks of a pod.
pub(super) fn restricted_pod() -> PodSecurityContext {
    PodSecurityContext {
        run_as_non_root: Some(true),
        seccomp_profile: Some(SeccompProfile { type_: "RuntimeDefault".to_owned(), ..SeccompProfile::default() }),
        ..PodSecurityContext::default()
    }
}

/// What Pod Security restricted asks of a container. The autoscaler has none of it by default (KubeRay `common/pod.go`).
pub(super) fn restricted() -> SecurityContext {
    SecurityContext {
        allow_privilege_escalation: Some(false),
        capabilities: Some(Capabilities { drop: Some(vec!["ALL".to_owned()]), ..Capabilities::default() }),
        ..SecurityContext::default()
    }
}

/// Requests and limits are equal, for Ray sizes itself by limits and the scheduler by requests. Local disk is only
/// requested: the kubelet evicts a pod that passes a limit, in the middle of spilling.
fn resources(group: &Group) -> ResourceRequirements {
    let quantity = |amount: &spec::Quantity| Quantity(amount.to_string());
    let mut limits =
        BTreeMap::from([("cpu".to_owned(), quantity(&group.cpu)), ("memory".to_owned(), quantity(&group.memory))]);
    limits.extend(group.gpu.as_ref().map(|gpu| ("nvidia.com/gpu".to_owned(), Quantity(gpu.count.to_string()))));
    let mut requests = limits.clone();
    requests.extend(group.ephemeral_storage.as_ref().map(|amount| ("ephemeral-storage".to_owned(), quantity(amount))));
    ResourceRequirements { limits: Some(limits), requests: Some(requests), ..ResourceRequirements::default() }
}

/// Exactly the pool's taints and what the team added: a blanket `Exists` would also tolerate
/// `karpenter.sh/disrupted`, and such a pod is neither evicted nor waited for (karpenter.md §5.1).
pub(super) fn tolerations(taints: &[spec::Taint], own: &[spec::Toleration]) -> Vec<Toleration> {
    let of_pool = taints.iter().map(|taint| Toleration {
        key: Some(taint.key.clone()),
        operator: Some(if taint.value.is_some() { "Equal" } else { "Exists" }.to_owned()),
        value: taint.value.clone(),
        effect: Some(taint.effect.as_str().to_owned()),
        ..Toleration::default()
    });
    let own = own.iter().map(|toleration| Toleration {
        key: Some(toleration.key.clone()),
        operator: Some(if toleration.value.is_some() { "Equal" } else { "Exists" }.to_owned()),
        value: toleration.value.clone(),
        effect: toleration.effect.map(|effect| effect.as_str().to_owned()),
        ..Toleration::default()
    });
    of_pool.chain(own).collect()
}

/// KubeRay's own name for the volume of Ray's session directory: under another one the autoscaler would get a
/// directory of its own, and its logs would be missing from the dashboard (KubeRay `common/pod.go`).
const LOGS: &str = "ray-logs";
/// KubeRay's own name for shared memory.
const SHARED_MEMORY: &str = "shared-mem";

fn volumes(group: &Group) -> Vec<Volume> {
    let empty_dir = |name: &str, source| Volume { name: name.to_owned(), empty_dir: Some(source), ..Volume::default() };
    let mut volumes = vec![empty_dir(LOGS, EmptyDirVolumeSource::default())];
    volumes.extend(group.shared_memory.as_ref().map(|size| {
        let source =
            EmptyDirVolumeSource { medium: Some("Memory".to_owned()), size_limit: Some(Quantity(size.to_string())) };
        empty_dir(SHARED_MEMORY, source)
    }));
    volumes.extend(volumes::of_group(group));
    volumes.extend(mounts::volumes(group));
    volumes
}

fn volume_mounts(group: &Group) -> Vec<VolumeMount> {
    let mount = |name: &str, path: &str| VolumeMount {
        name: name.to_owned(),
        mount_path: path.to_owned(),
        ..VolumeMount::default()
    };
    let mut list = vec![mount(LOGS, "/tmp/ray")];
    list.extend(group.shared_memory.as_ref().map(|_| mount(SHARED_MEMORY, "/dev/shm")));
    list.extend(volumes::mounts_of_group(group));
    list.extend(mounts::volume_mounts(group));
    list
}
