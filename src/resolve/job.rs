//! Jobs: what they run, who submits them, and how they end.

use std::collections::BTreeMap;

use super::model::{Group, Workload};
use super::template::Variables;
use super::values::SpecPath;
use super::workload::Context;
use super::{group, team, workload};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::json::Map;
use crate::resolve::PlacedPatch;
use crate::spec::{
    self, Budget, ClusterSelector, DeletionRule, EnvValue, PullPolicy, Quantity, Reason, SubmissionMode, Taint,
    WorkloadKind,
};

/// What a RayJob says beside its cluster.
#[derive(Clone, Debug)]
pub struct Job {
    /// What it runs; none where a person submits.
    pub entrypoint: Option<String>,
    /// Its runtime environment.
    pub runtime_env: Map,
    /// How it gets to its cluster.
    pub submission_mode: SubmissionMode,
    /// The pod that submits it; `None` where no pod does, or the operator's own must do.
    pub submitter: Option<Submitter>,
    /// Further attempts to submit, if they are not the operator's own number.
    pub submitter_retries: Option<i32>,
    /// CPUs that the entrypoint reserves.
    pub entrypoint_num_cpus: Option<f64>,
    /// GPUs that the entrypoint reserves.
    pub entrypoint_num_gpus: Option<f64>,
    /// Logical resources that the entrypoint reserves.
    pub entrypoint_resources: BTreeMap<String, f64>,
    /// Its id in Ray, if the operator does not choose it.
    pub job_id: Option<String>,
    /// Its metadata in Ray.
    pub metadata: BTreeMap<String, String>,
    /// Further attempts.
    pub retries: i32,
    /// Seconds after which it is given up.
    pub deadline: Option<i32>,
    /// Seconds after which it is given up where it does not run yet.
    pub pre_running_deadline: Option<i32>,
    /// Whether its cluster goes away at its end; `None` where deletion rules decide, or the cluster is not its own.
    pub shutdown: Option<bool>,
    /// Seconds that the cluster stays after its end.
    pub ttl: Option<i32>,
    /// What is deleted at its end.
    pub deletion_rules: Vec<DeletionRule>,
    /// Whether it waits.
    pub suspend: bool,
    /// When it runs; none for a job that runs once.
    pub schedule: Option<Schedule>,
}

/// When a cron job runs.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// A cron expression.
    pub cron: String,
    /// IANA name of its time zone.
    pub time_zone: Option<String>,
}

/// A pod that runs `ray job submit`.
#[derive(Clone, Debug)]
pub struct Submitter {
    /// The image.
    pub image: String,
    /// When the node pulls it.
    pub pull_policy: PullPolicy,
    /// Secrets for pulling it.
    pub image_pull_secrets: Vec<String>,
    /// The pod's ServiceAccount.
    pub service_account: String,
    /// CPUs.
    pub cpu: Quantity,
    /// Memory.
    pub memory: Quantity,
    /// Environment variables.
    pub env: BTreeMap<String, EnvValue>,
    /// Node labels it selects, that of its pool included.
    pub node_selector: BTreeMap<String, String>,
    /// Taints of its pool, each of which it tolerates.
    pub taints: Vec<Taint>,
    /// Further tolerations.
    pub tolerations: Vec<spec::Toleration>,
}

/// A job or cron job that runs on a cluster which is not its own.
#[derive(Clone, Debug)]
pub struct SelectedJob {
    /// Job or cron job.
    pub kind: WorkloadKind,
    /// Its name in the spec.
    pub key: String,
    /// The object's name.
    pub name: String,
    /// Its place.
    pub path: SpecPath,
    /// Labels of the object.
    pub labels: BTreeMap<String, String>,
    /// Annotations of the object.
    pub annotations: BTreeMap<String, String>,
    /// Labels that select the cluster.
    pub selector: BTreeMap<String, String>,
    /// What it runs.
    pub job: Job,
    /// Changes to the rendered object.
    pub patches: Vec<PlacedPatch>,
}

impl SelectedJob {
    /// The name of the cluster; empty where the labels do not say it.
    pub fn cluster(&self) -> &str {
        self.selector.get(CLUSTER).map(String::as_str).unwrap_or_default()
    }
}

/// What the submitter's pod takes from the cluster it submits to.
pub(super) struct Target<'a> {
    pub(super) head: &'a Group,
    pub(super) image_pull_secrets: &'a [String],
    pub(super) service_account: &'a str,
    pub(super) variables: Variables<'a>,
}

impl<'a> Target<'a> {
    fn of(context: &'a Context<'_>, workload: &'a Workload) -> Self {
        Self {
            variables: Variables {
                ray_version: Some(workload.ray_version.as_str()),
                ..context.variables(&workload.key)
            },
            head: &workload.head,
            image_pull_secrets: &workload.image_pull_secrets,
            service_account: &workload.service_account,
        }
    }
}

/// The label by which KubeRay finds a job's cluster (`utils/constant.go`, RayJobClusterSelectorKey).
const CLUSTER: &str = "ray.io/cluster";
/// Time to look at the dashboard and its logs before they go away with the nodes.
const TTL: i32 = 600;

/// What a job or cron job says beside its cluster. `target` is its own cluster, or the team's cluster that it selects;
/// `own` is false for the latter and for clusters of others.
pub(super) fn resolve(
    context: &Context<'_>,
    kind: WorkloadKind,
    key: &str,
    spec: &spec::Workload,
    target: Option<&Target<'_>>,
    own: bool,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Job> {
    let path = SpecPath::new([kind.table(), key]);
    let seconds = |duration: &Option<spec::Duration>| duration.as_ref().and_then(spec::Duration::seconds);
    let schedule = match (kind, &spec.schedule) {
        (WorkloadKind::CronJob, None) => {
            let message = format!("cron job `{key}` has no `schedule`");
            diagnostics.push(
                Diagnostic::error("invalid-schedule", context.values.key_span(&path), message).help(
                    "write minute, hour, day of month, month and day of week, such as `schedule = \"0 3 * * *\"`",
                ),
            );
            return None;
        }
        (WorkloadKind::CronJob, Some(cron)) => Some(Schedule { cron: cron.clone(), time_zone: spec.time_zone.clone() }),
        _ => None,
    };
    let submission_mode = spec.submission_mode.unwrap_or(SubmissionMode::K8sJob);
    let deletion_rules = spec.deletion_rules.clone().unwrap_or_default();
    // Nodes cost money until the cluster is gone, so it goes, unless rules say what does. One that is not the job's own
    // stays (KubeRay `rayjob_controller.go`).
    let shutdown = spec.shutdown_after_finish.or((own && deletion_rules.is_empty()).then_some(true));
    let written = context.layers.team.get(kind.table()).and_then(|node| node.child(key)?.child("submitter"));
    if let Some(node) = written.filter(|_| submission_mode != SubmissionMode::K8sJob) {
        let message = format!("{} `{key}` is not submitted by a pod, so its `submitter` is never made", kind.noun());
        let span = context.values.span(&path.join("submission-mode"));
        diagnostics.push(
            Diagnostic::error("conflicting-submission-mode", node.key, message)
                .label(span, "the submission mode")
                .help("take `submitter` out, or use `submission-mode = \"k8s-job\"`"),
        );
    }
    let submitter_spec = spec.submitter.clone().unwrap_or_default();
    let submitter_retries = submitter_spec.retries;
    let submitter = match target.filter(|_| submission_mode == SubmissionMode::K8sJob) {
        Some(target) => Some(submitter(context, target, submitter_spec, &path.join("submitter"), diagnostics)?),
        None => None,
    };
    Some(Job {
        entrypoint: spec.entrypoint.clone(),
        runtime_env: spec.runtime_env.clone().map(|object| object.0).unwrap_or_default(),
        submission_mode,
        submitter_retries,
        submitter,
        entrypoint_num_cpus: spec.entrypoint_num_cpus,
        entrypoint_num_gpus: spec.entrypoint_num_gpus,
        entrypoint_resources: spec.entrypoint_resources.clone().unwrap_or_default(),
        job_id: spec.job_id.clone(),
        metadata: spec.metadata.clone().unwrap_or_default(),
        retries: spec.retries.unwrap_or(0),
        deadline: seconds(&spec.deadline),
        pre_running_deadline: seconds(&spec.pre_running_deadline),
        ttl: seconds(&spec.ttl).or((shutdown == Some(true)).then_some(TTL)),
        shutdown,
        deletion_rules,
        suspend: spec.suspend.unwrap_or(false),
        schedule,
    })
}

/// The operator's own submitter asks for no node of Ray's pools and does not meet Pod Security restricted (KubeRay
/// `common/job.go`, GetDefaultSubmitterContainer): this one runs beside the head, whose Ray it shares.
pub(super) fn submitter(
    context: &Context<'_>,
    target: &Target<'_>,
    spec: spec::Submitter,
    path: &SpecPath,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Submitter> {
    let head = target.head;
    let mut node_selector = head.node_selector.clone();
    node_selector.extend(spec.node_selector.unwrap_or_default());
    // A label that Karpenter itself puts on its nodes.
    node_selector.insert("karpenter.sh/nodepool".to_owned(), head.pool.clone());
    let mut tolerations = head.tolerations.clone();
    tolerations.extend(spec.tolerations.unwrap_or_default());
    let image = match spec.image {
        Some(text) => group::render(&text, &target.variables, context.values, &path.join("image"), diagnostics)?,
        None => head.image.clone(),
    };
    Some(Submitter {
        image,
        pull_policy: head.pull_policy,
        image_pull_secrets: target.image_pull_secrets.to_vec(),
        service_account: target.service_account.to_owned(),
        cpu: spec.cpu.unwrap_or_else(|| "500m".into()),
        memory: spec.memory.unwrap_or_else(|| "1Gi".into()),
        env: spec.env.unwrap_or_default(),
        node_selector,
        taints: head.taints.clone(),
        tolerations,
    })
}

/// Keys that describe a Ray cluster, which a job on another's cluster has no use for.
const CLUSTER_KEYS: [&str; 13] = [
    "head",
    "workers",
    "autoscaling",
    "auth",
    "service",
    "ingress",
    "monitoring",
    "logging",
    "disruption-budget",
    "service-account",
    "image-pull-secrets",
    "pod-labels",
    "pod-annotations",
];

/// Resolves a job that selects its cluster. `None` where a diagnostic says why.
pub(super) fn on_selected(
    context: &Context<'_>,
    kind: WorkloadKind,
    key: &str,
    spec: &spec::Workload,
    workloads: &[Workload],
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<SelectedJob> {
    let path = SpecPath::new([kind.table(), key]);
    let span = context.values.span(&path.join("cluster"));
    let written = context.layers.team.get(kind.table()).and_then(|node| node.child(key));
    for (found, node) in CLUSTER_KEYS.iter().filter_map(|found| Some((found, written?.child(found)?))) {
        let message =
            format!("{} `{key}` runs on a cluster that it selects, so its own `{found}` is never made", kind.noun());
        diagnostics.push(
            Diagnostic::error("conflicting-cluster-selector", node.key, message)
                .label(span, "the selected cluster")
                .help(format!("take `{found}` out, or `cluster`")),
        );
    }
    let clusters = || workloads.iter().filter(|workload| workload.kind == WorkloadKind::Cluster);
    let (selector, target) = match spec.cluster.as_ref()? {
        ClusterSelector::Name(name) => {
            let Some(workload) = clusters().find(|workload| workload.key == *name) else {
                let message = format!("the team has no cluster `{name}` in environment `{}`", context.environment.name);
                let close = did_you_mean(name, clusters().map(|workload| workload.key.as_str()));
                diagnostics.push(Diagnostic::error("unknown-workload", span, message).help(match close {
                    Some(close) => format!("did you mean `{close}`?"),
                    None => format!("write it under `[clusters.{name}]`, or select another's by its labels"),
                }));
                return None;
            };
            (BTreeMap::from([(CLUSTER.to_owned(), workload.name.clone())]), Some(Target::of(context, workload)))
        }
        ClusterSelector::Labels(labels) => (labels.clone(), None),
    };
    let name = workload::name(context, kind, key, spec, &context.variables(key), diagnostics)?;
    let job = resolve(context, kind, key, spec, target.as_ref(), false, diagnostics)?;
    Some(SelectedJob {
        kind,
        key: key.to_owned(),
        name,
        labels: spec.labels.clone().unwrap_or_default(),
        annotations: spec.annotations.clone().unwrap_or_default(),
        selector,
        job,
        patches: team::placed(spec.patch.as_deref(), &path.join("patch")),
        path,
    })
}

/// A job cannot be moved, so its nodes neither expire nor drift away under it; they go when the job has left them empty.
pub(super) fn keep_nodes(settings: &mut spec::NodePool) {
    let never = || spec::KarpenterDuration::from("Never");
    settings.expire_after.get_or_insert_with(never);
    let other_than_empty = settings.consolidation.is_some_and(|policy| policy != spec::Consolidation::WhenEmpty);
    settings.budgets.get_or_insert_with(|| {
        let budget = |nodes: &str, reason| Budget {
            nodes: nodes.to_owned(),
            reasons: Some(vec![reason]),
            schedule: None,
            duration: None,
        };
        let mut budgets = vec![budget("100%", Reason::Empty), budget("0", Reason::Drifted)];
        budgets.extend(other_than_empty.then(|| budget("1", Reason::Underutilized)));
        budgets
    });
}
