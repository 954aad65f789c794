//! The head, a worker group, and a shared pool: what a pod needs and which instances may carry it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

use super::node_pool::{NodePool, TaintEffect};
use super::pod::{Probes, Spread, Volume};
use super::scalar::{Duration, Quantity};
use super::storage::Mount;
use super::workload::PullPolicy;
use crate::json::Map;

/// A head or a worker group. A head has no replicas: see [`Head`].
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Group {
    /// A profile of `[profiles]` in `_platform.toml` whose keys this group starts from.
    pub profile: Option<String>,
    /// Keys to take out of what weaker layers set, such as `["gpu", "env.FOO"]`.
    pub unset: Option<Vec<String>>,

    /// CPUs of the Ray container, as request and limit, for Ray reads limits
    /// (`containers[0].resources.limits.cpu`).
    #[schemars(example = 6, example = "500m")]
    pub cpu: Option<Quantity>,
    /// Memory of the Ray container, as request and limit (`containers[0].resources.limits.memory`).
    #[schemars(example = "24Gi")]
    pub memory: Option<Quantity>,
    /// NVIDIA GPUs of each pod (`containers[0].resources.limits.nvidia.com/gpu`) and of its instances
    /// (`karpenter.k8s.aws/instance-gpu-name` and `-count` of the NodePool).
    pub gpu: Option<Gpu>,
    /// Local disk that each pod requests (`containers[0].resources.requests.ephemeral-storage`).
    #[schemars(example = "50Gi")]
    pub ephemeral_storage: Option<Quantity>,
    /// Size of `/dev/shm`. KubeRay sizes it by the memory limit when this is not set.
    #[schemars(example = "8Gi")]
    pub shared_memory: Option<Quantity>,

    /// One pod fills a node: `cpu`, `memory`, `gpu` and `ephemeral-storage` are computed from the smallest of the group's
    /// instance types, in place of what any layer says. `raygen explain TEAM KEY` shows the arithmetic.
    pub whole_node: Option<bool>,

    /// Least number of replicas (`minReplicas`).
    #[schemars(range(min = 0))]
    pub min: Option<i32>,
    /// Greatest number of replicas (`maxReplicas`).
    #[schemars(range(min = 0))]
    pub max: Option<i32>,
    /// Number of replicas (`replicas`) of a cluster without autoscaling; `min` when not set. With autoscaling it is an
    /// error: the autoscaler owns the number.
    #[schemars(range(min = 0))]
    pub replicas: Option<i32>,
    /// Pods per replica (`numOfHosts`), for models that span hosts.
    #[schemars(range(min = 1))]
    pub hosts: Option<i32>,
    /// Idle time after which the autoscaler removes a worker of this group (`idleTimeoutSeconds`).
    #[schemars(example = "10m")]
    pub idle_timeout: Option<Duration>,
    /// Order in which the autoscaler prefers groups (`priority`, Ray 2.56 and KubeRay 1.7).
    pub priority: Option<i32>,

    /// Where nodes may come from, in Karpenter's order of preference: reserved, spot, on-demand
    /// (`karpenter.sh/capacity-type` of the NodePool).
    pub capacity_type: Option<Vec<CapacityType>>,
    /// Exact EC2 instance types (`node.kubernetes.io/instance-type` of the NodePool).
    #[schemars(example = ["g5.2xlarge", "g5.4xlarge"])]
    pub instance_types: Option<Vec<String>>,
    /// EC2 instance families (`karpenter.k8s.aws/instance-family` of the NodePool).
    #[schemars(example = ["g5", "g6"])]
    pub instance_families: Option<Vec<String>>,
    /// EC2 instance sizes (`karpenter.k8s.aws/instance-size` of the NodePool).
    #[schemars(example = ["2xlarge", "4xlarge"])]
    pub instance_sizes: Option<Vec<String>>,
    /// CPU architecture (`kubernetes.io/arch` of the NodePool).
    pub arch: Option<Arch>,
    /// Availability zones (`topology.kubernetes.io/zone` of the NodePool); the environment's when not set.
    #[schemars(example = ["us-west-2a"])]
    pub zones: Option<Vec<String>>,
    /// Further requirements of the NodePool, in Karpenter's own form.
    pub requirements: Option<Vec<Requirement>>,
    /// A shared pool of `[pools]` in `_platform.toml` to run on, instead of a pool of its own.
    pub pool: Option<String>,
    /// The group's own NodePool and EC2NodeClass.
    pub node_pool: Option<NodePool>,

    /// Container image, a template: `{{ ray_version }}`, `{{ gpu }}` and the other documented variables are bound.
    #[schemars(example = "rayproject/ray:{{ ray_version }}-py311{{ '-gpu' if gpu }}")]
    pub image: Option<String>,
    /// When the node pulls the image (`imagePullPolicy`).
    pub pull_policy: Option<PullPolicy>,
    /// Environment variables of the Ray container.
    pub env: Option<BTreeMap<String, EnvValue>>,
    /// Secrets and ConfigMaps all of whose keys are environment variables of the Ray container (`envFrom`).
    pub env_from: Option<Vec<EnvFrom>>,
    /// Labels of the group's NodePool and EC2NodeClass objects.
    pub labels: Option<BTreeMap<String, String>>,
    /// Annotations of the group's NodePool and EC2NodeClass objects.
    pub annotations: Option<BTreeMap<String, String>>,
    /// Labels of the pods (`template.metadata.labels`).
    pub pod_labels: Option<BTreeMap<String, String>>,
    /// Annotations of the pods (`template.metadata.annotations`).
    pub pod_annotations: Option<BTreeMap<String, String>>,
    /// Ray's own flags (`rayStartParams`), without the leading `--`.
    pub ray_start_params: Option<BTreeMap<String, String>>,
    /// Ray node labels (`labels` of the group, KubeRay 1.5).
    pub ray_labels: Option<BTreeMap<String, String>>,
    /// Logical Ray resources (`resources` of the group, KubeRay 1.5); they replace what Ray detects.
    pub ray_resources: Option<BTreeMap<String, String>>,

    /// Storage that only these pods mount, beside the `mounts` of the workload. One at the same path replaces it.
    pub mounts: Option<Vec<Mount>>,
    /// Further node labels the pods select (`nodeSelector`).
    pub node_selector: Option<BTreeMap<String, String>>,
    /// Further tolerations, beside exactly those of the pool's taints.
    pub tolerations: Option<Vec<Toleration>>,
    /// How the pods spread over zones or hosts (`topologySpreadConstraints`): `"zone"`, `"host"` or a list of constraints.
    pub spread: Option<Spread>,
    /// A partial Affinity, in Kubernetes' own spelling (`affinity`).
    pub affinity: Option<Object>,
    /// Further volumes.
    pub volumes: Option<Vec<Volume>>,
    /// Containers that run before the Ray container (`initContainers`), in Kubernetes' own spelling; with the Ray image
    /// unless they name another, and `restartPolicy = "Always"` makes one a sidecar that is restarted.
    pub init_containers: Option<Vec<Object>>,
    /// Containers beside the Ray container (`containers`, after the first, which KubeRay takes for Ray's), in Kubernetes'
    /// own spelling.
    pub sidecars: Option<Vec<Object>>,
    /// Probes of the Ray container.
    pub probes: Option<Probes>,
    /// RuntimeClass of the pods (`runtimeClassName`), such as gVisor's.
    pub runtime_class: Option<String>,
    /// Seconds between the stop signal and the kill (`terminationGracePeriodSeconds`).
    #[schemars(range(min = 0))]
    pub grace_period: Option<i64>,
    /// Shell command that runs before the stop signal (`lifecycle.preStop`); empty for none.
    pub pre_stop: Option<String>,
    /// Pod priority class (`priorityClassName`).
    pub priority_class: Option<String>,
    /// A partial PodSpec, merged over the rendered one by Kubernetes' strategic rules; Kubernetes' own spelling.
    pub pod: Option<Object>,
    /// A partial Container, merged over the Ray container by Kubernetes' strategic rules; Kubernetes' own spelling.
    pub container: Option<Object>,
}

/// Any object of the Kubernetes API. Its keys are checked against the manifest schema of the environment's release.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Object(pub Map);

impl JsonSchema for Object {
    fn schema_name() -> Cow<'static, str> {
        "Object".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "object" })
    }
}

/// Keys that only a group with replicas has: a head is one pod, which spreads over nothing.
const REPLICA_KEYS: [&str; 7] = ["min", "max", "replicas", "hosts", "idle-timeout", "priority", "spread"];

/// Keys that choose instances.
pub const SELECTION_KEYS: [&str; 10] = [
    "capacity-type",
    "instance-types",
    "instance-families",
    "instance-sizes",
    "gpu",
    "arch",
    "zones",
    "requirements",
    "node-pool",
    "unset",
];

view! {
    /// The head.
    Head of Group, "The head of a Ray cluster: GCS, dashboard and autoscaler.", |key| !REPLICA_KEYS.contains(&key.as_str())
}
view! {
    /// A worker group.
    WorkerGroup of Group, "A group of equal workers (`workerGroupSpecs[]`).", |_key| true
}
view! {
    /// A pool that groups of several teams share.
    Pool of Group, "A NodePool that groups name with `pool`. Its nodes carry the taint of the platform with the pool's name.",
    |key| SELECTION_KEYS.contains(&key.as_str()) || key == "labels" || key == "annotations"
}

/// NVIDIA GPUs.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Gpu {
    /// Model in Karpenter's spelling, such as `t4`, `a10g`, `l4`, `l40s`, `a100`, `h100`
    /// (`karpenter.k8s.aws/instance-gpu-name`).
    #[schemars(example = &"a10g", regex(pattern = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"))]
    pub model: Option<String>,
    /// GPUs per pod.
    #[serde(default = "one")]
    #[schemars(range(min = 1))]
    pub count: i32,
}

fn one() -> i32 {
    1
}

/// Karpenter's capacity types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CapacityType {
    #[expect(missing_docs)]
    Spot,
    #[expect(missing_docs)]
    OnDemand,
    #[expect(missing_docs)]
    Reserved,
}

impl CapacityType {
    /// As the label `karpenter.sh/capacity-type` has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Spot => "spot",
            Self::OnDemand => "on-demand",
            Self::Reserved => "reserved",
        }
    }
}

/// CPU architectures, as Kubernetes spells them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Arch {
    #[expect(missing_docs)]
    Amd64,
    #[expect(missing_docs)]
    Arm64,
}

impl Arch {
    /// As the label `kubernetes.io/arch` has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Amd64 => "amd64",
            Self::Arm64 => "arm64",
        }
    }
}

/// A requirement of a NodePool (`spec.template.spec.requirements[]`).
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Requirement {
    /// A node label.
    pub key: String,
    /// How the label is compared.
    pub operator: Operator,
    /// Values to compare with; none for `Exists` and `DoesNotExist`.
    #[serde(default)]
    pub values: Vec<String>,
    /// Least number of different values among the launch candidates (`minValues`).
    #[schemars(range(min = 1, max = 50))]
    pub min_values: Option<i32>,
}

/// Operators of a NodePool's requirement; `Gte` and `Lte` since Karpenter 1.9.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, serde::Serialize, JsonSchema)]
#[expect(missing_docs)]
pub enum Operator {
    In,
    NotIn,
    Exists,
    DoesNotExist,
    Gt,
    Lt,
    Gte,
    Lte,
}

impl Operator {
    /// As Karpenter writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::In => "In",
            Self::NotIn => "NotIn",
            Self::Exists => "Exists",
            Self::DoesNotExist => "DoesNotExist",
            Self::Gt => "Gt",
            Self::Lt => "Lt",
            Self::Gte => "Gte",
            Self::Lte => "Lte",
        }
    }
}

/// A toleration of the pods.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Toleration {
    /// The taint's key.
    pub key: String,
    /// The taint's value; any value when not set (operator `Exists`).
    pub value: Option<String>,
    /// The taint's effect; any effect when not set.
    pub effect: Option<TaintEffect>,
}

/// The value of an environment variable: a text, or where to read it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum EnvValue {
    /// A text; numbers and booleans are written as text.
    Text(EnvText),
    /// A reference.
    From(EnvSource),
}

/// What TOML offers for a text.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum EnvText {
    #[expect(missing_docs)]
    Boolean(bool),
    #[expect(missing_docs)]
    Integer(i64),
    #[expect(missing_docs)]
    Text(String),
}

impl std::fmt::Display for EnvText {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Boolean(flag) => flag.fmt(formatter),
            Self::Integer(number) => number.fmt(formatter),
            Self::Text(text) => text.fmt(formatter),
        }
    }
}

/// Where an environment variable reads its value from (`valueFrom`).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, untagged)]
pub enum EnvSource {
    /// A key of a Secret (`secretKeyRef`).
    #[serde(rename_all = "kebab-case")]
    Secret {
        /// The Secret's name.
        secret: String,
        /// The key in it.
        key: String,
    },
    /// A key of a ConfigMap (`configMapKeyRef`).
    #[serde(rename_all = "kebab-case")]
    ConfigMap {
        /// The ConfigMap's name.
        config_map: String,
        /// The key in it.
        key: String,
    },
    /// A field of the pod (`fieldRef`), such as `status.podIP`.
    #[serde(rename_all = "kebab-case")]
    Field {
        /// The field's path.
        field: String,
    },
}

/// A Secret or ConfigMap all of whose keys are environment variables (`envFrom[]`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
#[schemars(extend("minProperties" = 1, "dependentSchemas" = { "prefix": { "minProperties": 2 } }))]
pub struct EnvFrom {
    /// Name of a Secret (`secretRef.name`).
    pub secret: Option<String>,
    /// Name of a ConfigMap (`configMapRef.name`).
    pub config_map: Option<String>,
    /// What the variables' names start with (`prefix`).
    #[schemars(example = &"REDIS_")]
    pub prefix: Option<String>,
}

impl JsonSchema for EnvValue {
    fn schema_name() -> Cow<'static, str> {
        "EnvValue".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A text, or where to read it: `{ secret, key }`, `{ config-map, key }` or `{ field }`.",
            "type": ["string", "integer", "boolean", "object"],
            "minimum": i64::MIN,
            "maximum": i64::MAX,
            "properties": {
                "secret": { "type": "string", "description": "Name of a Secret (`secretKeyRef`); needs `key`." },
                "config-map": { "type": "string", "description": "Name of a ConfigMap (`configMapKeyRef`); needs `key`." },
                "key": { "type": "string", "description": "Key in the Secret or ConfigMap." },
                "field": { "type": "string", "description": "Field of the pod (`fieldRef`), such as `status.podIP`." }
            },
            "additionalProperties": false,
            "minProperties": 1,
            "maxProperties": 2,
            "dependentRequired": { "secret": ["key"], "config-map": ["key"] },
            "dependentSchemas": { "key": { "minProperties": 2 }, "field": { "maxProperties": 1 } }
        })
    }
}
