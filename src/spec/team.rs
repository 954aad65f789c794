//! `teams/<team>.toml`.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::group::EnvValue;
use super::ingress::Ingress;
use super::monitoring::Monitoring;
use super::network::NetworkPolicy;
use super::pod_security::PodSecurity;
use super::quota::{LimitRange, Quota};
use super::scalar::Version;
use super::secret::{Secret, SecretStore};
use super::storage::{Mount, TeamStorage};
use super::workload::{Cluster, CronJob, Job, Patch, Service};

/// One team. The file's stem is the team's name.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Team {
    /// Namespace of all the team's objects; the team's name when not set.
    #[schemars(extend("format" = "dns-label"), regex(pattern = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"), length(max = 63))]
    pub namespace: Option<String>,
    /// Who answers for it; an annotation of the Namespace (`raygen.dev/owner`).
    #[schemars(example = "vision@example.com")]
    pub owner: Option<String>,
    /// Cost center; an annotation of the Namespace and an EC2 tag.
    #[schemars(example = "cc-1042")]
    pub cost_center: Option<String>,
    /// The environments it runs in, out of `[environments]` in `_platform.toml`.
    #[schemars(example = ["dev", "prod"])]
    pub environments: Option<Vec<String>>,
    /// Keys to take out of what weaker layers set, such as `["env.FOO"]`.
    pub unset: Option<Vec<String>>,

    /// Ray's version, for all workloads (`spec.rayVersion`).
    #[schemars(example = "2.52.0")]
    pub ray_version: Option<Version>,
    /// Container image, for all workloads; a template.
    #[schemars(example = "rayproject/ray:{{ ray_version }}-py311{{ '-gpu' if gpu }}")]
    pub image: Option<String>,
    /// Environment variables of every Ray container.
    pub env: Option<BTreeMap<String, EnvValue>>,
    /// Labels of all the team's objects.
    pub labels: Option<BTreeMap<String, String>>,
    /// Annotations of all the team's objects.
    pub annotations: Option<BTreeMap<String, String>>,
    /// The ServiceAccount of the pods.
    pub service_account: Option<ServiceAccount>,
    /// Exposing dashboards.
    pub ingress: Option<Ingress>,
    /// Metrics.
    pub monitoring: Option<Monitoring>,
    /// Who may reach the pods of all workloads and whom they may reach.
    pub network_policy: Option<NetworkPolicy>,

    /// Secrets by name, filled by the External Secrets Operator.
    #[schemars(extend("propertyNames" = { "format": "dns-label", "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$" }))]
    pub secrets: Option<IndexMap<String, Secret>>,
    /// Stores of secrets of the team's own, by name.
    #[schemars(extend("propertyNames" = { "format": "dns-label", "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$" }))]
    pub secret_stores: Option<IndexMap<String, SecretStore>>,
    /// What the Namespace may hold (ResourceQuota).
    pub quota: Option<Quota>,
    /// Bounds and defaults of containers (LimitRange).
    pub limit_range: Option<LimitRange>,
    /// What pods must meet to be let into the Namespace; `baseline` when not set, with warnings about what is not
    /// restricted.
    pub pod_security: Option<PodSecurity>,
    /// Storage that all pods mount, for workloads that have no `mounts` of their own.
    pub mounts: Option<Vec<Mount>>,

    /// File systems, buckets, disks and claims by name (PersistentVolume, PersistentVolumeClaim, StorageClass).
    #[schemars(extend("propertyNames" = { "format": "dns-label", "pattern": "^[a-z]([-a-z0-9]*[a-z0-9])?$", "maxLength": 63 }))]
    pub storage: Option<IndexMap<String, TeamStorage>>,
    /// Ray clusters by name (RayCluster).
    #[schemars(extend("propertyNames" = { "format": "dns-label", "pattern": "^[a-z]([-a-z0-9]*[a-z0-9])?$" }))]
    pub clusters: Option<IndexMap<String, Cluster>>,
    /// Ray Serve applications by name, each on a Ray cluster of its own (RayService).
    #[schemars(extend("propertyNames" = { "format": "dns-label", "pattern": "^[a-z]([-a-z0-9]*[a-z0-9])?$" }))]
    pub services: Option<IndexMap<String, Service>>,
    /// Jobs by name, each with a Ray cluster of its own that goes away at the job's end (RayJob).
    #[schemars(extend("propertyNames" = { "format": "dns-label", "pattern": "^[a-z]([-a-z0-9]*[a-z0-9])?$" }))]
    pub jobs: Option<IndexMap<String, Job>>,
    /// Jobs that run by a schedule, by name (RayCronJob, KubeRay 1.6 with the feature gate `RayCronJob`).
    #[schemars(extend("propertyNames" = { "format": "dns-label", "pattern": "^[a-z]([-a-z0-9]*[a-z0-9])?$" }))]
    pub cron_jobs: Option<IndexMap<String, CronJob>>,
    /// What is different in one environment: any of the keys above, stronger than all other layers.
    #[serde(rename = "override")]
    pub overrides: Option<IndexMap<String, TeamOverride>>,
    /// Changes to the rendered objects, for what no key says.
    pub patch: Option<Vec<Patch>>,
    /// Problems that are known and accepted, each with a reason; only rules that the platform lets teams waive.
    pub allow: Option<Vec<Allow>>,
}

/// A problem that the team accepts.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Allow {
    /// The rule.
    pub rule: String,
    /// Why the problem is accepted.
    #[schemars(length(min = 1))]
    pub reason: String,
}

view! {
    /// What one environment changes.
    TeamOverride of Team, "What is different in one environment, stronger than all other layers.",
    |key| !["override", "environments", "allow"].contains(&key.as_str())
}
view! {
    /// Defaults of all teams.
    TeamDefaults of Team, "Keys of a team that it need not write itself.",
    |key| !["override", "storage", "mounts", "clusters", "services", "jobs", "cron-jobs", "patch", "allow"].contains(&key.as_str())
}

/// The ServiceAccount of the pods.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct ServiceAccount {
    /// Its name; the team's name when not set. With EKS Pod Identity the association names it.
    pub name: Option<String>,
    /// Whether it is rendered; `false` for one that exists.
    pub create: Option<bool>,
    /// IAM role for IRSA, a template (`eks.amazonaws.com/role-arn`).
    #[schemars(example = "arn:aws:iam::123456789012:role/vision-{{ environment }}")]
    pub role_arn: Option<String>,
    /// Its annotations.
    pub annotations: Option<BTreeMap<String, String>>,
    /// What it may do in the team's Namespace (Role and RoleBinding). KubeRay makes the autoscaler's own rights. Of a
    /// cluster's pods only the head mounts the token.
    pub rules: Option<Vec<PolicyRule>>,
}

/// Rights in the team's Namespace (`rules[]` of a Role).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PolicyRule {
    /// API groups (`apiGroups`); the core group, `""`, when not set.
    #[serde(default = "core_group")]
    pub api_groups: Vec<String>,
    /// Kinds, in the plural (`resources`).
    #[schemars(length(min = 1), example = ["configmaps"])]
    pub resources: Vec<String>,
    /// What may be done (`verbs`).
    #[schemars(length(min = 1), example = ["get", "list"])]
    pub verbs: Vec<String>,
    /// Only objects of these names (`resourceNames`).
    #[serde(default)]
    pub resource_names: Vec<String>,
}

fn core_group() -> Vec<String> {
    vec![String::new()]
}
