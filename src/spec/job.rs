//! Jobs: what they run, how they are submitted and how they end.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::group::{EnvValue, Object, Toleration};
use super::scalar::{Duration, Quantity};

/// Keys that only jobs and cron jobs have.
pub const JOB_KEYS: [&str; 15] = [
    "entrypoint",
    "runtime-env",
    "submission-mode",
    "submitter",
    "entrypoint-num-cpus",
    "entrypoint-num-gpus",
    "entrypoint-resources",
    "metadata",
    "retries",
    "deadline",
    "pre-running-deadline",
    "shutdown-after-finish",
    "ttl",
    "deletion-rules",
    "cluster",
];
/// Keys that only jobs have: every run of a cron job is a job of its own.
pub const ONE_JOB_KEYS: [&str; 1] = ["job-id"];
/// Keys that only cron jobs have.
pub const CRON_JOB_KEYS: [&str; 2] = ["schedule", "time-zone"];
/// Keys of other kinds that no job has: its cluster goes away with it, and the cluster's changes never reach it.
pub const NO_JOB_KEYS: [&str; 2] = ["upgrade", "submit"];

/// Whether only jobs or cron jobs have the key.
pub fn is_key(key: &str) -> bool {
    JOB_KEYS.iter().chain(&ONE_JOB_KEYS).chain(&CRON_JOB_KEYS).any(|own| *own == key)
}

/// How a job gets to its cluster (`spec.submissionMode`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SubmissionMode {
    /// A Kubernetes Job runs `ray job submit` and shows the job's log.
    K8sJob,
    /// The operator calls the dashboard; there is no pod and no log beside the dashboard's.
    Http,
    /// A person submits, and writes the id into `job-id`.
    Interactive,
    /// A container beside the head runs `ray job submit`.
    Sidecar,
}

impl SubmissionMode {
    /// As KubeRay writes it (`apis/ray/v1/rayjob_types.go`, JobSubmissionMode; all four since 1.5).
    pub fn as_str(self) -> &'static str {
        match self {
            Self::K8sJob => "K8sJobMode",
            Self::Http => "HTTPMode",
            Self::Interactive => "InteractiveMode",
            Self::Sidecar => "SidecarMode",
        }
    }
}

/// The cluster that a job runs on, instead of one of its own (`spec.clusterSelector`): the name of one of the team's
/// clusters, or labels of another.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum ClusterSelector {
    /// A cluster of the team, by its name in the spec.
    Name(String),
    /// Labels, of which KubeRay reads `ray.io/cluster`.
    Labels(BTreeMap<String, String>),
}

impl JsonSchema for ClusterSelector {
    fn schema_name() -> Cow<'static, str> {
        "ClusterSelector".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": ["string", "object"],
            "minLength": 1,
            "minProperties": 1,
            "additionalProperties": { "type": "string" }
        })
    }
}

/// What is deleted at a job's end, and when (`spec.deletionStrategy.deletionRules[]`).
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct DeletionRule {
    /// What is deleted.
    pub policy: DeletionPolicy,
    /// The job's end that is meant (`condition.jobStatus`).
    pub job_status: Option<JobStatus>,
    /// The end of the job's deployment that is meant (`condition.jobDeploymentStatus`, KubeRay 1.6).
    pub job_deployment_status: Option<JobDeploymentStatus>,
    /// How long after that end (`condition.ttlSeconds`); at once when not set.
    #[schemars(example = "10m")]
    pub ttl: Option<Duration>,
}

/// What a deletion rule deletes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub enum DeletionPolicy {
    /// The workers; the head stays for its logs.
    DeleteWorkers,
    /// The cluster; the finished job stays.
    DeleteCluster,
    /// The job itself, which GitOps then makes anew.
    DeleteSelf,
    /// Nothing.
    DeleteNone,
}

/// Ends of a job, as Ray writes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
#[expect(missing_docs)]
pub enum JobStatus {
    Succeeded,
    Failed,
}

/// Ends of a job's deployment, as KubeRay writes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub enum JobDeploymentStatus {
    /// Failed, retries included: also when the job never started.
    Failed,
}

/// The pod that submits a job (`spec.submitterPodTemplate`). It runs on the head's pool.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Submitter {
    /// Its image, a template; the head's when not set, so that both have the same Ray.
    pub image: Option<String>,
    /// Its CPUs, as request and limit.
    #[schemars(example = "500m")]
    pub cpu: Option<Quantity>,
    /// Its memory, as request and limit.
    #[schemars(example = "1Gi")]
    pub memory: Option<Quantity>,
    /// Its environment variables. Those of the job itself belong into `runtime-env`.
    pub env: Option<BTreeMap<String, EnvValue>>,
    /// Further attempts to submit (`spec.submitterConfig.backoffLimit`); KubeRay makes 2 when this is not set.
    #[schemars(range(min = 0))]
    pub retries: Option<i32>,
    /// Node labels it selects, beside the head's pool.
    pub node_selector: Option<BTreeMap<String, String>>,
    /// Tolerations, beside exactly those of the head's pool.
    pub tolerations: Option<Vec<Toleration>>,
}

/// A script that is submitted to a cluster once, by a Kubernetes Job. A change of it, or of what the Job's pod runs
/// with, makes a new Job.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Submit {
    /// A file beside the spec, which becomes a ConfigMap and the job's working directory.
    #[schemars(example = "prepare.py")]
    pub script_file: Option<String>,
    /// What Ray runs; `python <script-file>` when not set.
    #[schemars(example = "python prepare.py --rows 1000")]
    pub entrypoint: Option<String>,
    /// The job's runtime environment (`ray job submit --runtime-env-json`).
    pub runtime_env: Option<Object>,
    /// The submitter's image, a template; the head's when not set, so that both have the same Ray.
    pub image: Option<String>,
    /// The submitter's CPUs, as request and limit.
    #[schemars(example = "500m")]
    pub cpu: Option<Quantity>,
    /// The submitter's memory, as request and limit.
    #[schemars(example = "1Gi")]
    pub memory: Option<Quantity>,
    /// The submitter's environment variables.
    pub env: Option<BTreeMap<String, EnvValue>>,
    /// The submitter's ServiceAccount, which must exist; the cluster's when not set.
    pub service_account: Option<String>,
    /// Further attempts, each of which submits anew (`spec.backoffLimit`).
    #[schemars(range(min = 0))]
    pub retries: Option<i32>,
    /// Time after which the Job is given up, waiting for the head included (`spec.activeDeadlineSeconds`).
    #[schemars(example = "6h")]
    pub deadline: Option<Duration>,
}
