//! Resolved things: nothing is missing, nothing is a template, and everything knows its place in the specs.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::gitops::GitOps;
use super::ingress::Ingress;
use super::job::{Job, SelectedJob};
use super::monitoring::{MetricsHosts, Monitoring};
use super::network::NetworkPolicy;
use super::secret::{Secret, SecretStore};
use super::storage::{Mount, Storage};
use super::submission::Submission;
use super::values::{SpecPath, Values};
use super::whole_node::WholeNode;
use crate::instances::Catalog;
use crate::schema::Releases;
use crate::source::Span;
use crate::spec::{
    self, Arch, AuthMode, CapacityType, EnvValue, Gpu, PodSecurityLevel, PullPolicy, Quantity, Requirement,
    ServiceType, Taint, Upgrade, UpscalingMode, WorkloadKind,
};
use indexmap::IndexMap;

/// An EKS cluster.
#[derive(Clone, Debug)]
pub struct Environment {
    /// Its name in `_platform.toml`.
    pub name: String,
    /// What it runs.
    pub releases: Releases,
    /// Its table.
    pub spec: spec::Environment,
    /// Key of the taint that keeps other pods off a team's nodes.
    pub taint_key: String,
    /// What syncs it, if raygen wires that.
    pub gitops: Option<GitOps>,
    /// The EC2 instance types there are.
    pub catalog: Arc<Catalog>,
    /// Where the versions stand, for "needs KubeRay 1.7".
    pub version_spans: VersionSpans,
}

impl Environment {
    /// Value of the tag `karpenter.sh/discovery`.
    pub fn discovery(&self) -> &str {
        self.spec.discovery.as_deref().unwrap_or(&self.spec.eks_cluster)
    }
}

/// Where an environment's versions stand.
#[derive(Clone, Copy, Debug)]
pub struct VersionSpans {
    #[expect(missing_docs)]
    pub kubernetes: Span,
    #[expect(missing_docs)]
    pub kuberay: Span,
    #[expect(missing_docs)]
    pub karpenter: Span,
}

/// A team in one environment.
#[derive(Clone, Debug)]
pub struct Team {
    /// The file's stem.
    pub name: String,
    /// The environment.
    pub environment: Arc<Environment>,
    /// Its values and their places.
    pub values: Arc<Values>,
    /// Namespace of its objects.
    pub namespace: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Cost center.
    pub cost_center: Option<String>,
    /// Labels of the Namespace and what belongs to the team as a whole.
    pub labels: BTreeMap<String, String>,
    /// Annotations of the same.
    pub annotations: BTreeMap<String, String>,
    /// ServiceAccounts to render, by name.
    pub service_accounts: BTreeMap<String, ServiceAccount>,
    /// Stores of secrets of its own.
    pub secret_stores: Vec<SecretStore>,
    /// Secrets to fill.
    pub secrets: Vec<Secret>,
    /// What its Namespace may hold.
    pub quota: Option<spec::Quota>,
    /// Bounds and defaults of its containers.
    pub limit_range: Option<spec::LimitRange>,
    /// What its pods must meet.
    pub pod_security: PodSecurity,
    /// What its pods can mount.
    pub storages: Vec<Storage>,
    /// Its workloads: clusters, services, jobs and cron jobs, each in the order of the file.
    pub workloads: Vec<Arc<Workload>>,
    /// Its jobs and cron jobs on clusters that they select.
    pub selected_jobs: Vec<SelectedJob>,
    /// Changes to rendered objects.
    pub patches: Vec<PlacedPatch>,
}

/// A ServiceAccount to render.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceAccount {
    /// IAM role for IRSA.
    pub role_arn: Option<String>,
    /// Its annotations.
    pub annotations: BTreeMap<String, String>,
    /// What it may do in the Namespace.
    pub rules: Vec<spec::PolicyRule>,
    /// Where it is described.
    pub path: SpecPath,
}

/// Levels of the Pod Security Standards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PodSecurity {
    /// What is refused.
    pub enforce: PodSecurityLevel,
    /// What is noted in the audit log, where that is said.
    pub audit: Option<PodSecurityLevel>,
    /// What raises a warning.
    pub warn: PodSecurityLevel,
    /// The release whose standards are meant; the cluster's own for `None`.
    pub version: Option<String>,
}

/// A patch and where it stands.
#[derive(Clone, Debug)]
pub struct PlacedPatch {
    /// The patch.
    pub patch: spec::Patch,
    /// Its place.
    pub path: SpecPath,
}

/// A Ray cluster and what belongs to it: by itself, or as a service, job or cron job makes it.
#[derive(Clone, Debug)]
pub struct Workload {
    /// What it is.
    pub kind: WorkloadKind,
    /// The workload's name in the spec.
    pub key: String,
    /// The object's name.
    pub name: String,
    /// Its place.
    pub path: SpecPath,
    /// Ray's version.
    pub ray_version: spec::Version,
    /// Labels of its objects.
    pub labels: BTreeMap<String, String>,
    /// Annotations of its objects.
    pub annotations: BTreeMap<String, String>,
    /// Secrets for pulling images.
    pub image_pull_secrets: Vec<String>,
    /// The pods' ServiceAccount.
    pub service_account: String,
    /// The head.
    pub head: Group,
    /// The worker groups, in order.
    pub workers: Vec<WorkerGroup>,
    /// The autoscaler, if it runs.
    pub autoscaling: Option<Autoscaling>,
    /// Where the GCS keeps its state, if not with the head.
    pub fault_tolerance: Option<FaultTolerance>,
    /// Authentication: the mode to write, if the operator knows one.
    pub auth: Option<Auth>,
    /// What a change does to a cluster's running pods; `None` where the operator has no such field.
    pub upgrade: Option<Upgrade>,
    /// What a service serves and how; `None` for all other kinds.
    pub serve: Option<Serve>,
    /// Type of the head's Service.
    pub service_type: ServiceType,
    /// Annotations of the head's Service.
    pub service_annotations: BTreeMap<String, String>,
    /// What is exposed.
    pub ingresses: Vec<Ingress>,
    /// Monitors, if the environment scrapes.
    pub monitoring: Option<Monitoring>,
    /// Where the dashboard finds Prometheus and Grafana.
    pub metrics_hosts: MetricsHosts,
    /// Who may reach its pods, where that is restricted.
    pub network_policy: Option<NetworkPolicy>,
    /// Whether Ray logs to stderr.
    pub log_to_stderr: bool,
    /// Whether the head has a PodDisruptionBudget.
    pub head_disruption_budget: bool,
    /// Least number of workers that stay, if they have a PodDisruptionBudget.
    pub workers_disruption_budget: Option<i32>,
    /// Whether its pods are deleted.
    pub suspend: bool,
    /// What a job or cron job says beside its cluster; `None` for other kinds.
    pub job: Option<Job>,
    /// Scripts that are submitted to it once.
    pub submissions: Vec<Submission>,
    /// Changes to rendered objects.
    pub patches: Vec<PlacedPatch>,
}

/// The autoscaler.
#[derive(Clone, Debug)]
pub struct Autoscaling {
    /// The sidecar's image, where it is not the head's.
    pub image: Option<String>,
    /// Idle time in seconds.
    pub idle_timeout: i32,
    /// How fast the cluster grows.
    pub upscaling_mode: UpscalingMode,
    /// CPUs of the sidecar.
    pub cpu: Quantity,
    /// Memory of the sidecar.
    pub memory: Quantity,
}

/// GCS fault tolerance by Redis.
#[derive(Clone, Debug)]
pub struct FaultTolerance {
    /// Redis' address, with its scheme.
    pub address: String,
    /// User of Redis, if it has users.
    pub username: Option<EnvValue>,
    /// Where Redis' password is, if it has one.
    pub password: Option<spec::SecretKey>,
    /// Prefix of the data in Redis, if it is not the RayCluster's UID.
    pub namespace: Option<String>,
}

/// Authentication.
#[derive(Clone, Debug)]
pub struct Auth {
    /// The mode.
    pub mode: AuthMode,
    /// A Secret with the token, instead of the operator's own.
    pub secret: Option<String>,
}

/// What makes a Ray cluster a service.
#[derive(Clone, Debug)]
pub struct Serve {
    /// The Serve config, in YAML.
    pub config: String,
    /// What a change does to the running cluster.
    pub upgrade: Upgrade,
    /// The steps of an incremental upgrade; `None` for any other.
    pub incremental: Option<IncrementalUpgrade>,
    /// Seconds that the old cluster stays after an upgrade.
    pub cluster_deletion_delay: i32,
    /// Whether the Service of Serve leaves the head out.
    pub exclude_head_pod: bool,
    /// The Service of Serve, where it is not all as the operator makes it.
    pub service: Option<ServeService>,
    /// Time in which the first cluster must become ready.
    pub initializing_timeout: Option<String>,
}

/// Steps of an incremental upgrade.
#[derive(Clone, Debug)]
pub struct IncrementalUpgrade {
    /// Capacity of the new cluster beyond the old one's, in percent.
    pub max_surge_percent: i32,
    /// Traffic that each step shifts, in percent.
    pub step_size_percent: i32,
    /// Seconds between two steps.
    pub interval: i32,
    /// GatewayClass of the Gateway that splits the traffic.
    pub gateway_class: String,
}

/// The Service of Serve.
#[derive(Clone, Debug)]
pub struct ServeService {
    /// Its type; that of the head's Service when not set.
    pub service_type: Option<ServiceType>,
    /// Its annotations.
    pub annotations: BTreeMap<String, String>,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
}

/// A worker group.
#[derive(Clone, Debug)]
pub struct WorkerGroup {
    /// What its pods are.
    pub group: Group,
    /// Least number of replicas.
    pub min: i32,
    /// Greatest number of replicas.
    pub max: i32,
    /// Replicas to write.
    pub replicas: i32,
    /// Pods per replica.
    pub hosts: i32,
    /// Idle time in seconds, if it differs from the cluster's.
    pub idle_timeout: Option<i32>,
    /// The autoscaler's preference.
    pub priority: Option<i32>,
}

impl WorkerGroup {
    /// Pods of all replicas at their greatest number.
    pub fn most_pods(&self) -> u64 {
        u64::try_from(self.max.max(self.replicas)).unwrap_or(0) * u64::try_from(self.hosts).unwrap_or(1)
    }
}

impl Workload {
    /// The head, then the worker groups.
    pub fn groups(&self) -> impl Iterator<Item = &Group> {
        std::iter::once(&self.head).chain(self.workers.iter().map(|worker| &worker.group))
    }

    /// How many pods there may be of some, while a service's next cluster starts beside the present one, or a cron job's
    /// next run beside one that has not ended (KubeRay `rayservice_controller.go`, `raycronjob_controller.go`, v1.7).
    pub fn with_surge(&self, pods: u64) -> u64 {
        let incremental = self.serve.as_ref().and_then(|serve| serve.incremental.as_ref());
        let percent = match (self.kind, incremental) {
            (WorkloadKind::Service, Some(steps)) => 100 + u64::try_from(steps.max_surge_percent).unwrap_or(0),
            (WorkloadKind::Service, None) | (WorkloadKind::CronJob, _) => 200,
            _ => 100,
        };
        (pods * percent).div_ceil(100)
    }
}

/// The pods of a head or a worker group, and the nodes they run on.
#[derive(Clone, Debug)]
pub struct Group {
    /// `head` or the worker group's name.
    pub name: String,
    /// Its place.
    pub path: SpecPath,
    /// CPUs of the Ray container.
    pub cpu: Quantity,
    /// Memory of the Ray container.
    pub memory: Quantity,
    /// GPUs of the Ray container.
    pub gpu: Option<Gpu>,
    /// Local disk to request.
    pub ephemeral_storage: Option<Quantity>,
    /// Size of `/dev/shm`.
    pub shared_memory: Option<Quantity>,
    /// The image.
    pub image: String,
    /// When the node pulls it.
    pub pull_policy: PullPolicy,
    /// Environment variables, sorted, so that moving one between layers changes no byte.
    pub env: BTreeMap<String, EnvValue>,
    /// Secrets and ConfigMaps whose keys are environment variables.
    pub env_from: Vec<spec::EnvFrom>,
    /// Labels of the pool's objects.
    pub labels: BTreeMap<String, String>,
    /// Annotations of the pool's objects.
    pub annotations: BTreeMap<String, String>,
    /// Labels of the pods.
    pub pod_labels: BTreeMap<String, String>,
    /// Annotations of the pods.
    pub pod_annotations: BTreeMap<String, String>,
    /// Ray's flags.
    pub ray_start_params: BTreeMap<String, String>,
    /// Ray node labels.
    pub ray_labels: BTreeMap<String, String>,
    /// Logical Ray resources.
    pub ray_resources: BTreeMap<String, String>,
    /// What the Ray container mounts of the team's storage.
    pub mounts: Vec<Mount>,
    /// Further node labels to select.
    pub node_selector: BTreeMap<String, String>,
    /// Further tolerations.
    pub tolerations: Vec<spec::Toleration>,
    /// How the pods spread.
    pub spread: Option<spec::Spread>,
    /// Affinity.
    pub affinity: Option<crate::json::Map>,
    /// Further volumes.
    pub volumes: Vec<spec::Volume>,
    /// Containers before the Ray container.
    pub init_containers: Vec<crate::json::Map>,
    /// Containers beside it.
    pub sidecars: Vec<crate::json::Map>,
    /// What probes of the Ray container differ in from the operator's.
    pub probes: spec::Probes,
    /// RuntimeClass.
    pub runtime_class: Option<String>,
    /// Seconds between stop and kill.
    pub grace_period: Option<i64>,
    /// Command before the stop.
    pub pre_stop: Option<String>,
    /// Pod priority class.
    pub priority_class: Option<String>,
    /// Partial PodSpec.
    pub pod: Option<crate::json::Map>,
    /// Partial Container.
    pub container: Option<crate::json::Map>,
    /// Name of the NodePool that the pods select.
    pub pool: String,
    /// Taints of that pool, each of which the pods tolerate.
    pub taints: Vec<Taint>,
    /// The group's own pool; `None` on a shared one.
    pub own_pool: Option<Arc<NodePool>>,
    /// How its size was computed, if it fills whole nodes.
    pub whole_node: Option<WholeNode>,
}

/// A NodePool and the settings of its EC2NodeClass.
#[derive(Clone, Debug)]
pub struct NodePool {
    /// Its name.
    pub name: String,
    /// Its place; its settings are below `node-pool`.
    pub path: SpecPath,
    /// Labels of the objects.
    pub labels: BTreeMap<String, String>,
    /// Annotations of the objects.
    pub annotations: BTreeMap<String, String>,
    /// Which instances it may launch.
    pub instances: Instances,
    /// Taints of its nodes.
    pub taints: Vec<Taint>,
    /// All other settings.
    pub settings: spec::NodePool,
    /// Name of the EC2NodeClass.
    pub class: String,
    /// Whether the class is this pool's own, rather than the team's.
    pub own_class: bool,
    /// Tags for the class beside the environment's.
    pub tags: BTreeMap<String, String>,
}

/// Which instances a pool may launch.
#[derive(Clone, Debug)]
pub struct Instances {
    /// Capacity types, in the order of the spec.
    pub capacity_types: Vec<CapacityType>,
    /// CPU architecture.
    pub arch: Arch,
    /// Zones.
    pub zones: Vec<String>,
    /// Exact types.
    pub types: Vec<String>,
    /// Families.
    pub families: Vec<String>,
    /// Sizes.
    pub sizes: Vec<String>,
    /// GPUs of each instance.
    pub gpu: Option<Gpu>,
    /// Least and greatest number of vCPUs, derived from the pod.
    pub cpus: Option<(u32, u32)>,
    /// Further requirements.
    pub requirements: Vec<Requirement>,
}

/// A shared pool in one environment.
#[derive(Clone, Debug)]
pub struct SharedPool {
    /// The environment.
    pub environment: Arc<Environment>,
    /// Its values and their places.
    pub values: Arc<Values>,
    /// The pool.
    pub pool: NodePool,
}

/// Everything that is to be built.
#[derive(Clone, Debug, Default)]
pub struct Resolution {
    /// The environments, in the order of the file.
    pub environments: IndexMap<String, Arc<Environment>>,
    /// Teams, sorted by environment, then name.
    pub teams: Vec<Team>,
    /// Shared pools, sorted by environment, then name.
    pub pools: Vec<SharedPool>,
    /// The EC2 instance types there are: the built-in ones and the platform's.
    pub catalog: Arc<Catalog>,
    /// What was to be resolved.
    pub selection: super::Selection,
    /// What is wrong.
    pub diagnostics: Vec<crate::diagnostic::Diagnostic>,
}
