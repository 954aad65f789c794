//! Workloads: a Ray cluster and what belongs to it, by itself or as a service, job or cron job makes it.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::fault_tolerance::FaultTolerance;
use super::group::{EnvFrom, EnvValue, Head, Object, WorkerGroup};
use super::ingress::Ingress;
use super::job::{self, ClusterSelector, DeletionRule, SubmissionMode, Submit, Submitter};
use super::monitoring::Monitoring;
use super::network::NetworkPolicy;
use super::scalar::{Duration, Quantity, Version};
use super::service::{self, IncrementalUpgrade, ServeService};
use super::storage::Mount;
use super::team::ServiceAccount;

/// Kinds of workloads, each with a table of its own in a team's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WorkloadKind {
    /// RayCluster.
    Cluster,
    /// RayService.
    Service,
    /// RayJob.
    Job,
    /// RayCronJob.
    CronJob,
}

impl WorkloadKind {
    /// All of them, in the order in which they are rendered.
    pub const ALL: [Self; 4] = [Self::Cluster, Self::Service, Self::Job, Self::CronJob];

    /// The kind whose workloads stand in this table of a team's file.
    pub fn of_table(table: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.table() == table)
    }

    /// The table of a team's file.
    pub fn table(self) -> &'static str {
        match self {
            Self::Cluster => "clusters",
            Self::Service => "services",
            Self::Job => "jobs",
            Self::CronJob => "cron-jobs",
        }
    }

    /// The table of `[defaults]`.
    pub fn defaults(self) -> &'static str {
        match self {
            Self::Cluster => "cluster",
            Self::Service => "service",
            Self::Job => "job",
            Self::CronJob => "cron-job",
        }
    }

    /// What people call it.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Cluster => "cluster",
            Self::Service => "service",
            Self::Job => "job",
            Self::CronJob => "cron job",
        }
    }

    /// The custom resource.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Cluster => "RayCluster",
            Self::Service => "RayService",
            Self::Job => "RayJob",
            Self::CronJob => "RayCronJob",
        }
    }
}

view! {
    /// A RayCluster.
    Cluster of Workload, "A Ray cluster (RayCluster).",
    |key| !service::KEYS.contains(&key.as_str()) && !job::is_key(key),
    "upgrade": Upgrade ["none", "recreate"]
}
view! {
    /// A RayService.
    Service of Workload, "A Ray Serve application and the Ray cluster it runs on (RayService).",
    |key| !job::is_key(key) && key != "submit",
    "upgrade": Upgrade ["new-cluster", "incremental", "none"]
}
view! {
    /// A RayJob.
    Job of Workload, "A job and the Ray cluster that it runs on (RayJob).", |key| {
        let others = job::CRON_JOB_KEYS.iter().chain(&job::NO_JOB_KEYS).chain(&service::KEYS);
        !others.into_iter().any(|other| other == key)
    }
}
view! {
    /// A RayCronJob.
    CronJob of Workload, "A job that runs again and again, each time on a Ray cluster of its own (RayCronJob).", |key| {
        let others = job::ONE_JOB_KEYS.iter().chain(&job::NO_JOB_KEYS).chain(&["ingress", "service"]);
        !others.chain(&service::KEYS).any(|other| other == key)
    }
}

/// A Ray cluster and what belongs to it; each kind of workload is a view of it.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Workload {
    /// Name of the objects, a template; `<team>-<workload>` when not set. For those who migrate and keep their Services.
    pub name: Option<String>,
    /// The team's environments that this workload runs in; all of them when not set.
    pub environments: Option<Vec<String>>,
    /// Keys to take out of what weaker layers set, such as `["env.FOO"]`.
    pub unset: Option<Vec<String>>,

    /// Ray's version (`spec.rayVersion`); probes, autoscaler and authentication depend on it.
    #[schemars(example = "2.52.0")]
    pub ray_version: Option<Version>,
    /// Container image, a template: `{{ ray_version }}`, `{{ gpu }}` and the other documented variables are bound.
    #[schemars(example = "rayproject/ray:{{ ray_version }}-py311{{ '-gpu' if gpu }}")]
    pub image: Option<String>,
    /// When nodes pull the image (`imagePullPolicy`).
    pub pull_policy: Option<PullPolicy>,
    /// Secrets for pulling images (`imagePullSecrets`).
    pub image_pull_secrets: Option<Vec<String>>,
    /// Environment variables of every Ray container.
    pub env: Option<BTreeMap<String, EnvValue>>,
    /// Secrets and ConfigMaps all of whose keys are environment variables of every Ray container (`envFrom`).
    pub env_from: Option<Vec<EnvFrom>>,
    /// Labels of all objects of this workload.
    pub labels: Option<BTreeMap<String, String>>,
    /// Annotations of all objects of this workload.
    pub annotations: Option<BTreeMap<String, String>>,
    /// Labels of all pods (`template.metadata.labels`).
    pub pod_labels: Option<BTreeMap<String, String>>,
    /// Annotations of all pods (`template.metadata.annotations`).
    pub pod_annotations: Option<BTreeMap<String, String>>,
    /// The ServiceAccount of the pods.
    pub service_account: Option<ServiceAccount>,

    /// Storage that all pods mount (`volumes`, `volumeMounts`), instead of the team's `mounts`.
    pub mounts: Option<Vec<Mount>>,
    /// The head.
    pub head: Option<Head>,
    /// Worker groups by name, in the order they are rendered. Append new ones at the end.
    #[schemars(extend("propertyNames" = { "format": "dns-label", "pattern": "^[a-z]([-a-z0-9]*[a-z0-9])?$" }))]
    pub workers: Option<IndexMap<String, WorkerGroup>>,
    /// Ray's autoscaler.
    pub autoscaling: Option<Autoscaling>,
    /// Where the GCS keeps its state, so that it outlives the head.
    pub fault_tolerance: Option<FaultTolerance>,
    /// Authentication of the dashboard and the job API.
    pub auth: Option<Auth>,
    /// What a merged change does to what is running (`spec.upgradeStrategy.type`; of a cluster from KubeRay 1.6 on).
    pub upgrade: Option<Upgrade>,
    /// The head's Service.
    pub service: Option<HeadService>,
    /// What Serve runs: `applications` and the rest of Ray's Serve config, in Ray's own words (`spec.serveConfigV2`).
    pub serve_config: Option<Object>,
    /// File with the Serve config in YAML, relative to `teams/`, instead of `serve-config`.
    #[schemars(example = "chat/serve.yaml")]
    pub serve_config_file: Option<String>,
    /// The Service of Serve (`spec.serveService`).
    pub serve_service: Option<ServeService>,
    /// Whether the Service of Serve leaves the head out (`spec.excludeHeadPodFromServeSvc`).
    pub exclude_head_pod: Option<bool>,
    /// Steps of an upgrade with `upgrade = "incremental"` (`spec.upgradeStrategy.clusterUpgradeOptions`).
    pub incremental_upgrade: Option<IncrementalUpgrade>,
    /// How long the old cluster stays after an upgrade (`spec.rayClusterDeletionDelaySeconds`).
    #[schemars(example = "10m")]
    pub cluster_deletion_delay: Option<Duration>,
    /// Time in which the first cluster must become ready (annotation `ray.io/initializing-timeout`). Once it is over,
    /// only deleting the service helps; without it KubeRay waits.
    #[schemars(example = "30m")]
    pub initializing_timeout: Option<Duration>,
    /// Exposing the dashboard.
    pub ingress: Option<Ingress>,
    /// Metrics.
    pub monitoring: Option<Monitoring>,
    /// Logs.
    pub logging: Option<Logging>,
    /// Who may reach the pods and whom they may reach (NetworkPolicy).
    pub network_policy: Option<NetworkPolicy>,
    /// Protection of pods against evictions.
    pub disruption_budget: Option<DisruptionBudget>,
    /// Deletes all pods and keeps the rest (`spec.suspend`; of a service from KubeRay 1.7 on). A suspended cron job starts
    /// no further jobs.
    pub suspend: Option<bool>,

    /// What the job runs (`spec.entrypoint`).
    #[schemars(example = "python train.py --epochs 3")]
    pub entrypoint: Option<String>,
    /// The job's runtime environment, in Ray's own spelling: `pip`, `env_vars`, `working_dir` (`spec.runtimeEnvYAML`).
    pub runtime_env: Option<Object>,
    /// How the job gets to its cluster (`spec.submissionMode`).
    pub submission_mode: Option<SubmissionMode>,
    /// The pod that submits the job (`spec.submitterPodTemplate`), in mode `k8s-job`.
    pub submitter: Option<Submitter>,
    /// CPUs that the entrypoint reserves (`spec.entrypointNumCpus`); with any it may run on a worker.
    #[schemars(range(min = 0.0))]
    pub entrypoint_num_cpus: Option<f64>,
    /// GPUs that the entrypoint reserves (`spec.entrypointNumGpus`).
    #[schemars(range(min = 0.0))]
    pub entrypoint_num_gpus: Option<f64>,
    /// Logical resources that the entrypoint reserves (`spec.entrypointResources`).
    pub entrypoint_resources: Option<BTreeMap<String, f64>>,
    /// The job's id in Ray (`spec.jobId`); KubeRay makes one when it is not set.
    pub job_id: Option<String>,
    /// Metadata of the job in Ray (`spec.metadata`).
    pub metadata: Option<BTreeMap<String, String>>,
    /// Further attempts, each on a new cluster (`spec.backoffLimit`).
    #[schemars(range(min = 0))]
    pub retries: Option<i32>,
    /// Time after which the job is given up, starting its cluster included (`spec.activeDeadlineSeconds`).
    #[schemars(example = "24h")]
    pub deadline: Option<Duration>,
    /// Time after which a job that does not run yet is given up (`spec.preRunningDeadlineSeconds`, KubeRay 1.6).
    #[schemars(example = "1h")]
    pub pre_running_deadline: Option<Duration>,
    /// Whether the cluster goes away at the job's end (`spec.shutdownAfterJobFinishes`): yes, unless `deletion-rules`
    /// say what does.
    pub shutdown_after_finish: Option<bool>,
    /// How long the cluster stays after the job's end (`spec.ttlSecondsAfterFinished`); 10 minutes when not set.
    #[schemars(example = "10m")]
    pub ttl: Option<Duration>,
    /// What is deleted at the job's end, and when (`spec.deletionStrategy.deletionRules`).
    #[schemars(length(min = 1))]
    pub deletion_rules: Option<Vec<DeletionRule>>,
    /// A cluster to run on, instead of one of its own (`spec.clusterSelector`): a cluster of the team by its name, or
    /// `{ "ray.io/cluster" = "…" }` for another in the namespace.
    #[schemars(example = &"train")]
    pub cluster: Option<ClusterSelector>,
    /// When the job runs, in UTC unless `time-zone` says otherwise (`spec.schedule`).
    #[schemars(example = "0 3 * * *")]
    pub schedule: Option<String>,
    /// IANA name of the schedule's time zone (`spec.timeZone`, KubeRay 1.7).
    #[schemars(example = "Europe/Berlin")]
    pub time_zone: Option<String>,
    /// Scripts that are submitted to the cluster once, each by a Kubernetes Job.
    #[schemars(extend("propertyNames" = { "format": "dns-label", "pattern": "^[a-z]([-a-z0-9]*[a-z0-9])?$" }))]
    pub submit: Option<IndexMap<String, Submit>>,

    /// Changes to the rendered objects, for what no key says.
    pub patch: Option<Vec<Patch>>,
}

/// When a node pulls an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[expect(missing_docs)]
pub enum PullPolicy {
    Always,
    IfNotPresent,
    Never,
}

impl PullPolicy {
    /// As Kubernetes writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Always => "Always",
            Self::IfNotPresent => "IfNotPresent",
            Self::Never => "Never",
        }
    }
}

/// Ray's autoscaler (`spec.enableInTreeAutoscaling`, `spec.autoscalerOptions`).
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Autoscaling {
    /// Whether it runs.
    pub enabled: Option<bool>,
    /// Idle time after which a worker is removed (`autoscalerOptions.idleTimeoutSeconds`).
    #[schemars(example = "5m")]
    pub idle_timeout: Option<Duration>,
    /// How fast the cluster grows (`autoscalerOptions.upscalingMode`).
    pub upscaling_mode: Option<UpscalingMode>,
    /// Image of the sidecar, a template (`autoscalerOptions.image`); the head's when not set, so that both have the same
    /// Ray.
    #[schemars(example = "rayproject/ray:{{ ray_version }}")]
    pub image: Option<String>,
    /// CPUs of the sidecar, as request and limit.
    pub cpu: Option<Quantity>,
    /// Memory of the sidecar, as request and limit.
    pub memory: Option<Quantity>,
}

/// How fast the autoscaler adds workers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, serde::Serialize, JsonSchema)]
#[expect(missing_docs)]
pub enum UpscalingMode {
    Default,
    Aggressive,
    Conservative,
}

/// Authentication of the dashboard, the job API and Ray's own calls (`spec.authOptions`).
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Auth {
    /// `token` from Ray 2.52 and KubeRay 1.5.1 on, unless said otherwise; of services and jobs only with `secret`.
    pub mode: Option<AuthMode>,
    /// A Secret with the key `auth_token` (`authOptions.secretName`, KubeRay 1.6), instead of one that KubeRay makes.
    pub secret: Option<String>,
}

/// Authentication modes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs)]
pub enum AuthMode {
    Token,
    Disabled,
}

/// What a merged change does to what is running. Clusters and services know different ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Upgrade {
    /// Nothing: a merge never kills what runs.
    None,
    /// All pods are deleted at once and made anew.
    Recreate,
    /// A new cluster is made beside the old one, and takes over when it is ready.
    NewCluster,
    /// The same, but traffic shifts step by step.
    Incremental,
}

impl Upgrade {
    /// As KubeRay writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "None",
            Self::Recreate => "Recreate",
            Self::NewCluster => "NewCluster",
            Self::Incremental => "NewClusterWithIncrementalUpgrade",
        }
    }
}

/// The head's Service, which KubeRay creates and never updates.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct HeadService {
    /// Its type (`headGroupSpec.serviceType`).
    #[serde(rename = "type")]
    pub service_type: Option<ServiceType>,
    /// Its annotations (`spec.headServiceAnnotations`).
    pub annotations: Option<BTreeMap<String, String>>,
}

/// Types of a Service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[expect(missing_docs)]
pub enum ServiceType {
    ClusterIP,
    NodePort,
    LoadBalancer,
}

impl ServiceType {
    /// As Kubernetes writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ClusterIP => "ClusterIP",
            Self::NodePort => "NodePort",
            Self::LoadBalancer => "LoadBalancer",
        }
    }
}

/// Logs.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Logging {
    /// Writes Ray's logs to stderr, where the cluster's log agent finds them (`RAY_LOG_TO_STDERR=1`), instead of files
    /// that the dashboard shows.
    pub stderr: Option<bool>,
}

/// Protection of pods against voluntary evictions.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct DisruptionBudget {
    /// Whether the head has one (`minAvailable: 1`).
    pub head: Option<bool>,
    /// Least number of workers that stay (`minAvailable`); no budget when not set.
    #[schemars(range(min = 1))]
    pub workers: Option<i32>,
}

/// A change to one rendered object, applied after build.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Patch {
    /// The object's kind.
    pub kind: String,
    /// The object's name; every object of the kind when not set.
    pub name: Option<String>,
    /// A JSON merge patch (RFC 7386): tables merge, everything else replaces.
    #[serde(default)]
    pub merge: Object,
    /// JSON pointers (RFC 6901) of what to take out, such as `/spec/suspend`.
    #[serde(default)]
    pub remove: Vec<String>,
}
