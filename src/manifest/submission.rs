//! A script for a cluster: a ConfigMap with the script, and a Job (`batch/v1`) that submits it once.
//!
//! A Job's template is immutable, so both carry a hash of what they hold in their names: a change makes a new Job, which
//! GitOps creates, and prunes the old one. That works alike in Argo CD and Flux, and asks for no force. A time to live
//! would make GitOps create a finished Job anew, for ever, so there is none.

use std::collections::BTreeMap;

use super::metadata::{self, Metadata};
use super::{Manifest, Places, Scope, submitter, to_value};
use crate::json;
use crate::json::Value;
use crate::resolve::{PlacedPatch, Script, Submission, Workload};
use k8s_openapi::api::batch::v1::{Job, JobSpec};
use k8s_openapi::api::core::v1::{
    ConfigMap, ConfigMapVolumeSource, Container, EnvVar, EnvVarSource, PodTemplateSpec, SecretKeySelector, Volume,
    VolumeMount,
};

/// Where the script stands in the submitter, and the job's working directory: Ray takes a copy of it to the cluster.
const DIRECTORY: &str = "/home/ray/submit";
const VOLUME: &str = "script";
/// KubeRay's key in the Secret with a cluster's token (`utils/constant.go`).
const TOKEN_KEY: &str = "auth_token";

/// The objects of every script that is submitted to the cluster.
pub(super) fn of_workload(scope: &Scope<'_>, workload: &Workload) -> Vec<Manifest> {
    workload.submissions.iter().flat_map(|submission| of_submission(scope, workload, submission)).collect()
}

fn of_submission(scope: &Scope<'_>, workload: &Workload, submission: &Submission) -> Vec<Manifest> {
    // The hash is over everything that Kubernetes does not let change, but for the names that carry the hash.
    let unnamed = json!([
        to_value(spec(workload, submission, "")),
        submission.script.as_ref().map(|script| [&script.name, &script.text]),
        patches(&scope.team.patches).chain(patches(&workload.patches)).collect::<Vec<_>>(),
    ]);
    let name = format!("{}-{:08x}", submission.name, hash(unnamed.to_string().as_bytes()));
    let metadata = || Metadata::of_workload(scope.team, workload, name.clone());
    let mut manifests = Vec::new();
    if let Some(Script { name: file, text }) = &submission.script {
        let config_map = ConfigMap {
            metadata: metadata().into(),
            data: Some([(file.clone(), text.clone())].into()),
            ..ConfigMap::default()
        };
        let mut places = Places::new(submission.path.clone());
        places.add("/data", submission.path.join("script-file"));
        manifests.push(scope.manifest(config_map, places));
    }
    let job = Job { metadata: metadata().into(), spec: Some(spec(workload, submission, &name)), ..Job::default() };
    manifests.push(scope.manifest(job, places(submission)));
    manifests
}

/// What patches do to Jobs.
fn patches(patches: &[PlacedPatch]) -> impl Iterator<Item = Value> {
    let of_jobs = patches.iter().map(|placed| &placed.patch).filter(|patch| patch.kind == "Job");
    of_jobs.map(|patch| json!([patch.merge.0, patch.remove]))
}

fn spec(workload: &Workload, submission: &Submission, config_map: &str) -> JobSpec {
    let labels = BTreeMap::from([(metadata::INSTANCE.to_owned(), workload.name.clone())]);
    let mut container = submitter::container(&submission.submitter);
    container.command = Some(vec!["/bin/bash".to_owned(), "-c".to_owned()]);
    container.args = Some(args(submission));
    container.env = Some(env(submission, container.env.take()));
    let template = match &submission.script {
        None => submitter::template(&submission.submitter, labels, container),
        Some(script) => {
            mount(&mut container, script);
            submitter::template(&submission.submitter, labels, container).with_volumes(vec![Volume {
                name: VOLUME.to_owned(),
                config_map: Some(ConfigMapVolumeSource {
                    name: config_map.to_owned(),
                    ..ConfigMapVolumeSource::default()
                }),
                ..Volume::default()
            }])
        }
    };
    JobSpec {
        backoff_limit: Some(submission.retries),
        active_deadline_seconds: submission.deadline.map(i64::from),
        template: PodTemplateSpec::from(template),
        ..JobSpec::default()
    }
}

/// By sub-path: a ConfigMap's volume also holds the hidden directories by which the kubelet swaps its content, and Ray
/// would upload them.
fn mount(container: &mut Container, script: &Script) {
    container.working_dir = Some(DIRECTORY.to_owned());
    container.volume_mounts = Some(vec![VolumeMount {
        name: VOLUME.to_owned(),
        mount_path: format!("{DIRECTORY}/{}", script.name),
        sub_path: Some(script.name.clone()),
        read_only: Some(true),
        ..VolumeMount::default()
    }]);
}

/// The cluster is made at the same time as the Job, so the Job first waits until the dashboard answers. What follows the
/// script are its positional parameters, which need no quoting.
fn args(submission: &Submission) -> Vec<String> {
    const SCRIPT: &str = "until ray job list >/dev/null 2>&1; do echo \"waiting for $RAY_ADDRESS\"; sleep 5; done\n\
                          exec ray job submit \"$@\"\n";
    let mut args = vec![SCRIPT.to_owned(), "submit".to_owned()];
    if submission.script.is_some() {
        args.extend(["--working-dir".to_owned(), ".".to_owned()]);
    }
    if !submission.runtime_env.is_empty() {
        let table = Value::Object(submission.runtime_env.clone());
        args.extend(["--runtime-env-json".to_owned(), table.to_string()]);
    }
    args.push("--".to_owned());
    args.extend(words(&submission.entrypoint));
    args
}

/// The words of a command; one that only a shell understands stays whole, for a shell.
fn words(command: &str) -> Vec<String> {
    let plain = |c: char| c.is_alphanumeric() || " _-./=:,@%+".contains(c);
    if command.chars().all(plain) {
        command.split_whitespace().map(str::to_owned).collect()
    } else {
        vec!["bash".to_owned(), "-c".to_owned(), command.to_owned()]
    }
}

/// The address and the token, as Ray's command line reads them, and what the team added.
fn env(submission: &Submission, own: Option<Vec<EnvVar>>) -> Vec<EnvVar> {
    let text =
        |name: &str, value: &str| EnvVar { name: name.to_owned(), value: Some(value.to_owned()), ..EnvVar::default() };
    let mut variables = vec![text("RAY_ADDRESS", &submission.address)];
    if let Some(secret) = &submission.token {
        let key = SecretKeySelector { name: secret.clone(), key: TOKEN_KEY.to_owned(), optional: None };
        let source = EnvVarSource { secret_key_ref: Some(key), ..EnvVarSource::default() };
        variables.push(text("RAY_AUTH_MODE", "token"));
        variables.push(EnvVar { name: "RAY_AUTH_TOKEN".to_owned(), value: None, value_from: Some(source) });
    }
    let own = own.unwrap_or_default();
    variables.retain(|variable| own.iter().all(|each| each.name != variable.name));
    variables.extend(own);
    variables
}

/// FNV-1a: the same on every machine and in every release of Rust.
fn hash(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

fn places(submission: &Submission) -> Places {
    let path = &submission.path;
    let mut places = Places::new(path.clone());
    places.add("/spec/backoffLimit", path.join("retries"));
    places.add("/spec/activeDeadlineSeconds", path.join("deadline"));
    submitter::add_places(&mut places, "/spec/template", path);
    places.add("/spec/template/spec/serviceAccountName", path.join("service-account"));
    places.add("/spec/template/spec/containers/0/args", path.join("entrypoint"));
    places
}
