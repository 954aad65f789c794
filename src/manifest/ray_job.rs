//! RayJob and RayCronJob (`ray.io/v1`).

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Number;

use super::metadata::{self, Metadata};
use super::pod::PodTemplate;
use super::ray_cluster::{self, RayClusterSpec};
use super::{Manifest, Places, Scope, submitter, to_value};
use crate::json::{Map, Value};
use crate::resolve::{Job, Schedule, SelectedJob, SpecPath, Workload};
use crate::spec::{DeletionPolicy, Duration, JobDeploymentStatus, JobStatus, SubmissionMode};
use crate::yaml;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Object<S> {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata,
    spec: S,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RayCronJobSpec {
    schedule: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    time_zone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suspend: Option<bool>,
    job_template: RayJobSpec,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RayJobSpec {
    #[serde(skip_serializing_if = "Option::is_none")]
    suspend: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entrypoint: Option<String>,
    #[serde(rename = "runtimeEnvYAML", skip_serializing_if = "Option::is_none")]
    runtime_env_yaml: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    metadata: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    job_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entrypoint_num_cpus: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entrypoint_num_gpus: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entrypoint_resources: Option<String>,
    submission_mode: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    submitter_config: Option<SubmitterConfig>,
    #[serde(skip_serializing_if = "Option::is_none")]
    submitter_pod_template: Option<PodTemplate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shutdown_after_job_finishes: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ttl_seconds_after_finished: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    active_deadline_seconds: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pre_running_deadline_seconds: Option<i32>,
    backoff_limit: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    deletion_strategy: Option<DeletionStrategy>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    cluster_selector: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ray_cluster_spec: Option<RayClusterSpec>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SubmitterConfig {
    backoff_limit: i32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DeletionStrategy {
    deletion_rules: Vec<DeletionRule>,
}

#[derive(Serialize)]
struct DeletionRule {
    policy: DeletionPolicy,
    condition: Condition,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Condition {
    #[serde(skip_serializing_if = "Option::is_none")]
    job_status: Option<JobStatus>,
    #[serde(skip_serializing_if = "Option::is_none")]
    job_deployment_status: Option<JobDeploymentStatus>,
    ttl_seconds: i32,
}

/// The job or cron job whose cluster the workload describes.
pub(super) fn of_workload(scope: &Scope<'_>, workload: &Arc<Workload>, job: &Job) -> Manifest {
    let spec = RayJobSpec {
        ray_cluster_spec: Some(ray_cluster::spec(workload)),
        ..spec(job, submitter_labels(&workload.name, &workload.head.pod_labels))
    };
    let metadata = Metadata::of_workload(scope.team, workload, workload.name.clone());
    let pointer = pointer(job);
    let scheduled = job.schedule.is_some();
    let workload = Arc::clone(workload);
    let places = Places::later(workload.path.clone(), move |places| {
        add_places(places, &workload.path, pointer, scheduled);
        ray_cluster::add_places(places, &format!("{pointer}/rayClusterSpec"), &workload);
    });
    scope.manifest(object(metadata, job, spec), places)
}

/// A job or cron job on a cluster that it selects.
pub(super) fn on_selected(scope: &Scope<'_>, selected: &SelectedJob) -> Manifest {
    let job = &selected.job;
    let spec = RayJobSpec {
        cluster_selector: selected.selector.clone(),
        ..spec(job, submitter_labels(selected.cluster(), &BTreeMap::new()))
    };
    let metadata =
        Metadata::namespaced(scope.team, selected.name.clone(), &selected.labels, selected.annotations.clone());
    let mut places = Places::new(selected.path.clone());
    add_places(&mut places, &selected.path, pointer(job), job.schedule.is_some());
    places.add(format!("{}/clusterSelector", pointer(job)), selected.path.join("cluster"));
    Manifest { workload: Some(selected.key.clone()), ..scope.manifest(object(metadata, job, spec), places) }
}

/// The cluster's label on the submitter too: a NetworkPolicy that admits the cluster's pods admits it.
fn submitter_labels(name: &str, pod_labels: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut labels = pod_labels.clone();
    labels.insert(metadata::INSTANCE.to_owned(), name.to_owned());
    labels
}

/// JSON pointer of the RayJob's spec.
fn pointer(job: &Job) -> &'static str {
    if job.schedule.is_some() { "/spec/jobTemplate" } else { "/spec" }
}

fn object(metadata: Metadata, job: &Job, spec: RayJobSpec) -> Value {
    let api_version = "ray.io/v1";
    match &job.schedule {
        None => to_value(Object { api_version, kind: "RayJob", metadata, spec }),
        Some(Schedule { cron, time_zone }) => {
            let spec = RayCronJobSpec {
                schedule: cron.clone(),
                time_zone: time_zone.clone(),
                suspend: job.suspend.then_some(true),
                job_template: spec,
            };
            to_value(Object { api_version, kind: "RayCronJob", metadata, spec })
        }
    }
}

/// All but the cluster.
fn spec(job: &Job, submitter_labels: BTreeMap<String, String>) -> RayJobSpec {
    let retries = job.submitter_retries.filter(|_| job.submission_mode == SubmissionMode::K8sJob);
    RayJobSpec {
        suspend: (job.suspend && job.schedule.is_none()).then_some(true),
        entrypoint: job.entrypoint.clone(),
        runtime_env_yaml: yaml_text(&job.runtime_env),
        metadata: job.metadata.clone(),
        job_id: job.job_id.clone(),
        entrypoint_num_cpus: job.entrypoint_num_cpus.and_then(number),
        entrypoint_num_gpus: job.entrypoint_num_gpus.and_then(number),
        entrypoint_resources: entrypoint_resources(&job.entrypoint_resources),
        submission_mode: job.submission_mode.as_str(),
        submitter_config: retries.map(|backoff_limit| SubmitterConfig { backoff_limit }),
        submitter_pod_template: job
            .submitter
            .as_ref()
            .map(|submitter| submitter::template(submitter, submitter_labels, submitter::container(submitter))),
        shutdown_after_job_finishes: job.shutdown,
        ttl_seconds_after_finished: job.ttl,
        active_deadline_seconds: job.deadline,
        pre_running_deadline_seconds: job.pre_running_deadline,
        backoff_limit: job.retries,
        deletion_strategy: deletion_strategy(job),
        cluster_selector: BTreeMap::new(),
        ray_cluster_spec: None,
    }
}

/// A table as the text of a YAML document; nothing for an empty one.
fn yaml_text(table: &Map) -> Option<String> {
    (!table.is_empty()).then(|| yaml::emit(&Value::Object(table.clone())))
}

/// Whole numbers without a fraction.
fn number(value: f64) -> Option<Number> {
    #[expect(clippy::cast_possible_truncation, reason = "a whole number below 2^53")]
    let whole = (value.fract() == 0.0 && value.abs() < 9e15).then_some(value as i64);
    whole.map(Number::from).or_else(|| Number::from_f64(value))
}

/// A JSON object in a string.
fn entrypoint_resources(resources: &BTreeMap<String, f64>) -> Option<String> {
    let amounts = resources.iter().filter_map(|(name, amount)| Some((name.clone(), number(*amount)?.into())));
    let amounts: Map = amounts.collect();
    (!amounts.is_empty()).then(|| Value::Object(amounts).to_string())
}

fn deletion_strategy(job: &Job) -> Option<DeletionStrategy> {
    let rules = job.deletion_rules.iter().map(|rule| DeletionRule {
        policy: rule.policy,
        condition: Condition {
            job_status: rule.job_status,
            job_deployment_status: rule.job_deployment_status,
            ttl_seconds: rule.ttl.as_ref().and_then(Duration::seconds).unwrap_or(0),
        },
    });
    let deletion_rules: Vec<DeletionRule> = rules.collect();
    (!deletion_rules.is_empty()).then_some(DeletionStrategy { deletion_rules })
}

/// Which keys at `path` made which part of a job or cron job, whose job's spec stands at `spec`.
fn add_places(places: &mut Places, path: &SpecPath, spec: &str, scheduled: bool) {
    places.add("/metadata/name", path.join("name"));
    places.add("/metadata/labels", path.join("labels"));
    places.add("/metadata/annotations", path.join("annotations"));
    if scheduled {
        places.add("/spec/schedule", path.join("schedule"));
        places.add("/spec/timeZone", path.join("time-zone"));
        places.add("/spec/suspend", path.join("suspend"));
    }
    for (field, key) in [
        ("suspend", "suspend"),
        ("entrypoint", "entrypoint"),
        ("runtimeEnvYAML", "runtime-env"),
        ("metadata", "metadata"),
        ("jobId", "job-id"),
        ("entrypointNumCpus", "entrypoint-num-cpus"),
        ("entrypointNumGpus", "entrypoint-num-gpus"),
        ("entrypointResources", "entrypoint-resources"),
        ("submissionMode", "submission-mode"),
        ("submitterConfig", "submitter"),
        ("shutdownAfterJobFinishes", "shutdown-after-finish"),
        ("ttlSecondsAfterFinished", "ttl"),
        ("activeDeadlineSeconds", "deadline"),
        ("preRunningDeadlineSeconds", "pre-running-deadline"),
        ("backoffLimit", "retries"),
        ("deletionStrategy", "deletion-rules"),
        ("deletionStrategy/deletionRules", "deletion-rules"),
    ] {
        places.add(format!("{spec}/{field}"), path.join(key));
    }
    let own = path.join("submitter");
    places.add(format!("{spec}/submitterConfig/backoffLimit"), own.join("retries"));
    submitter::add_places(places, &format!("{spec}/submitterPodTemplate"), &own);
}
