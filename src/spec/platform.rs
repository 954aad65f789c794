//! `teams/_platform.toml`.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::gitops::{EnvironmentGitOps, GitOps};
use super::group::{Head, Pool, WorkerGroup};
use super::ingress::Ingress;
use super::instance_type::{DaemonSets, InstanceType};
use super::monitoring::Monitoring;
use super::network::Network;
use super::node_pool::NodePool;
use super::policy::Policy;
use super::scalar::Version;
use super::secret::StoreRef;
use super::storage::StorageDefaults;
use super::team::TeamDefaults;
use super::workload::{Cluster, CronJob, Job, Service};

/// The platform: clusters, defaults, profiles and shared pools.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Platform {
    /// What the EKS clusters run.
    #[serde(default)]
    pub versions: Versions,
    /// One per EKS cluster, by name.
    #[schemars(extend("propertyNames" = { "format": "dns-label", "pattern": "^[a-z]([-a-z0-9]*[a-z0-9])?$" }, "minProperties" = 1))]
    pub environments: IndexMap<String, Environment>,
    /// Defaults for all teams.
    #[serde(default)]
    pub defaults: Defaults,
    /// Fragments of worker groups that teams can name with `profile`.
    #[serde(default)]
    pub profiles: IndexMap<String, WorkerGroup>,
    /// NodePools that groups of several teams can name with `pool`.
    #[serde(default)]
    #[schemars(extend("propertyNames" = { "format": "dns-label", "pattern": "^[a-z]([-a-z0-9]*[a-z0-9])?$", "maxLength": 63 }))]
    pub pools: IndexMap<String, Pool>,
    /// EC2 instance types that raygen does not know, or facts of those it knows, by name.
    #[serde(default)]
    #[schemars(extend("propertyNames" = { "format": "instance-type", "pattern": r"^[a-z][-a-z0-9]*\.[a-z0-9][-a-z0-9]*$" }))]
    pub instance_types: IndexMap<String, InstanceType>,
    /// What no team may exceed or do.
    #[serde(default)]
    pub policy: Policy,
    /// The wiring that makes Argo CD or Flux sync `generated/`. Without this table there is none.
    pub gitops: Option<GitOps>,
    /// Severities of rules and what teams may waive.
    #[serde(default)]
    pub lint: Lint,
    /// Problems that are known and accepted, each with a reason.
    #[serde(default)]
    pub allow: Vec<PlatformAllow>,
    /// Key of the taint that keeps other pods off a team's nodes.
    #[serde(default = "taint_key")]
    #[schemars(regex(pattern = "^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$"))]
    pub taint_key: String,
}

/// Severities of rules and what teams may waive.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Lint {
    /// Severity by rule, where it differs from the rule's own.
    pub severity: BTreeMap<String, RuleSeverity>,
    /// Rules that teams may waive with `[[allow]]`; all warnings when not set. Policy, security and schema never.
    pub team_allow: Option<Vec<String>>,
}

/// Severities of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs)]
pub enum RuleSeverity {
    Error,
    Warning,
    Off,
}

/// A problem that the platform accepts.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PlatformAllow {
    /// The rule.
    pub rule: String,
    /// Why the problem is accepted.
    #[schemars(length(min = 1))]
    pub reason: String,
    /// The team it is accepted for; everyone when not set.
    pub team: Option<String>,
}

/// The taint key of a platform that names none.
pub const TAINT_KEY: &str = "raygen.dev/dedicated";

fn taint_key() -> String {
    TAINT_KEY.to_owned()
}

/// What a cluster runs: full versions, because facts change in patches.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Versions {
    /// Kubernetes.
    #[schemars(example = "1.34.1")]
    pub kubernetes: Option<Version>,
    /// The KubeRay operator.
    #[schemars(example = "1.7.0")]
    pub kuberay: Option<Version>,
    /// Karpenter.
    #[schemars(example = "1.14.1")]
    pub karpenter: Option<Version>,
    /// The set of raygen's built-in defaults. A default that changes rendered bytes gets a new set; old sets stay.
    #[schemars(range(min = 1, max = 1))]
    pub defaults: Option<u32>,
}

/// One EKS cluster.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Environment {
    /// Name of the EKS cluster.
    pub eks_cluster: String,
    /// AWS region.
    #[schemars(example = "us-west-2")]
    pub region: String,
    /// Availability zones that nodes may run in.
    #[schemars(length(min = 1), example = ["us-west-2a", "us-west-2b"])]
    pub zones: Vec<String>,
    /// DNS domain under which dashboards get their hosts.
    #[schemars(
        example = "ray.example.com",
        regex(pattern = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$")
    )]
    pub domain: Option<String>,
    /// IAM role of the nodes: its name, no ARN (`role` of every EC2NodeClass).
    pub node_role: String,
    /// Value of the tag `karpenter.sh/discovery` on subnets and security groups; the cluster's name when not set.
    pub discovery: Option<String>,
    /// Pinned AMI alias (`amiSelectorTerms[].alias` of every EC2NodeClass). A date goes stale, so it is never built in.
    #[schemars(extend("format" = "ami-alias"), example = "al2023@v20260810", regex(pattern = r"^(al2023@v[0-9]{8}|al2@v[0-9]{8}|bottlerocket@v?[0-9]+\.[0-9]+\.[0-9]+)$"))]
    pub ami: String,
    /// Who provides nodes.
    #[serde(default)]
    pub node_provider: NodeProvider,
    /// Versions, instead of those of `[versions]`.
    #[serde(default)]
    pub versions: Versions,
    /// Defaults for all teams in this environment.
    #[serde(default)]
    pub defaults: Defaults,
    /// Settings of the KubeRay operator.
    #[serde(default)]
    pub kuberay: KubeRay,
    /// Settings of Karpenter.
    #[serde(default)]
    pub karpenter: Karpenter,
    /// The site's part of every Ingress.
    pub ingress: Option<Ingress>,
    /// The site's part of every monitor. Without it no monitors are rendered.
    pub monitoring: Option<Monitoring>,
    /// The site's part of every NetworkPolicy.
    #[serde(default)]
    pub network: Network,
    /// How Argo CD or Flux syncs this environment; `[gitops]` says which.
    #[serde(default)]
    pub gitops: EnvironmentGitOps,
    /// The store of secrets that name none; a ClusterSecretStore unless its kind is said.
    pub secret_store: Option<StoreRef>,
    /// What DaemonSets request on every node: of all that run there, together.
    pub daemonsets: Option<DaemonSets>,
    /// EC2 tags of all nodes.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
}

/// Who provides nodes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NodeProvider {
    #[expect(missing_docs)]
    #[default]
    Karpenter,
}

/// Settings of the KubeRay operator that manifests depend on.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct KubeRay {
    /// Namespace of the operator.
    pub namespace: Option<String>,
    /// Feature gates that differ from the release's defaults.
    pub feature_gates: BTreeMap<String, bool>,
    /// The batch scheduler that the operator hands every Ray cluster to (`batchScheduler.name` of its chart).
    pub batch_scheduler: Option<BatchScheduler>,
}

/// Batch schedulers that KubeRay knows (`ray-operator/controllers/ray/batchscheduler`, v1.7.0).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs)]
pub enum BatchScheduler {
    KaiScheduler,
    SchedulerPlugins,
    Volcano,
    Yunikorn,
}

/// Settings of Karpenter that manifests depend on.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Karpenter {
    /// `VM_MEMORY_OVERHEAD_PERCENT`: the part of nominal memory that Karpenter takes off, as a fraction.
    #[schemars(range(min = 0.0, max = 1.0), example = 0.075)]
    pub vm_memory_overhead_percent: Option<f64>,
    /// `RESERVED_ENIS`: network interfaces that pods cannot use.
    pub reserved_enis: Option<u32>,
    /// `INTERRUPTION_QUEUE`: the SQS queue of Spot interruptions. Without one nothing drains before an interruption.
    pub interruption_queue: Option<String>,
    /// Feature gates that differ from the release's defaults.
    pub feature_gates: BTreeMap<String, bool>,
}

/// Defaults, by what they are for.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Defaults {
    /// For teams.
    pub team: Option<TeamDefaults>,
    /// For the Ray clusters of all workloads, whether by themselves or as a service makes them.
    pub cluster: Option<Cluster>,
    /// For services, stronger than `cluster`.
    pub service: Option<Service>,
    /// For jobs, stronger than `cluster`.
    pub job: Option<Job>,
    /// For cron jobs, stronger than `cluster`.
    pub cron_job: Option<CronJob>,
    /// For heads.
    pub head: Option<Head>,
    /// For worker groups.
    pub worker: Option<WorkerGroup>,
    /// For NodePools of heads and worker groups.
    pub node_pool: Option<NodePool>,
    /// For storage, by type.
    pub storage: Option<StorageDefaults>,
}
