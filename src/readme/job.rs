//! Jobs and cron jobs: how runs stand, what they print, and how to have another.

use super::page::{Page, line, word};
use super::target::Target;
use super::title;
use crate::resolve::{Job, SelectedJob, Team};
use crate::spec::{SubmissionMode, WorkloadKind};

/// The part of a job that has a cluster of its own.
pub(super) fn runs(page: &mut Page, target: &Target<'_>) {
    let Some(job) = &target.workload.job else { return };
    let file = file(target.resource.kind(), target.resource.name());
    of_job(page, &target.namespace(), target.resource.name(), job, &file);
    if job.submission_mode == SubmissionMode::Sidecar {
        // KubeRay `utils/constant.go`, SubmitterContainerName.
        page.text("What it prints, while its head runs:");
        page.commands(&[format!(
            "kubectl logs {} {} --container ray-job-submitter --follow",
            target.namespace(),
            target.head()
        )]);
    }
}

/// A job on a cluster that it selects.
pub(super) fn on_selected(page: &mut Page, team: &Team, selected: &SelectedJob, targets: &[Target<'_>]) {
    page.heading(2, &format!("{} `{}`", title(selected.kind), selected.key));
    let own = |target: &&Target<'_>| {
        target.workload.kind == WorkloadKind::Cluster
            && selected.selector.get("ray.io/cluster") == Some(&target.workload.name)
    };
    let labels: Vec<String> = selected.selector.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let cluster = targets.iter().find(own).map_or_else(
        || format!("the cluster with the labels `{}`", line(&labels.join(","))),
        |target| format!("the team's cluster `{}`, whose dashboard shows it", target.workload.key),
    );
    page.text(&format!(
        "{} `{}` runs on {cluster}: `{}` in `{}`.",
        selected.kind.kind(),
        selected.name,
        selected.path,
        team.values.source
    ));
    let namespace = format!("--namespace {}", word(&team.namespace));
    of_job(page, &namespace, &selected.name, &selected.job, &file(selected.kind.kind(), &selected.name));
}

/// The name of its file, beside the README.
fn file(kind: &str, name: &str) -> String {
    format!("{}-{name}.yaml", kind.to_lowercase())
}

fn of_job(page: &mut Page, namespace: &str, name: &str, job: &Job, file: &str) {
    match &job.schedule {
        None => once(page, namespace, name, job, file),
        Some(schedule) => {
            let zone = schedule.time_zone.as_deref().map_or_else(
                || "in the time zone of the operator's pod, as a rule UTC".to_owned(),
                |zone| format!("in the time zone {}", line(zone)),
            );
            scheduled(page, namespace, name, &format!("`{}`, {zone}", line(&schedule.cron)), job);
        }
    }
}

fn once(page: &mut Page, namespace: &str, name: &str, job: &Job, file: &str) {
    page.heading(3, "The run");
    if job.submission_mode == SubmissionMode::Interactive {
        page.text("It waits until you submit a job to its cluster and tell it the job's id:");
        page.commands(&[
            format!("kubectl get rayjob {namespace} {name}"),
            format!("kubectl patch rayjob {namespace} {name} --type merge --patch '{{\"spec\":{{\"jobId\":\"ID\"}}}}'"),
        ]);
    } else {
        page.text("How it stands:");
        page.commands(&[
            format!("kubectl get rayjob {namespace} {name}"),
            format!("kubectl get rayjob {namespace} {name} --output jsonpath='{{.status.message}}'"),
        ]);
    }
    // The operator's Job has the RayJob's name (KubeRay `rayjob_controller.go`).
    if job.submission_mode == SubmissionMode::K8sJob {
        page.text("What it prints:");
        page.commands(&[format!("kubectl logs {namespace} job/{name} --follow")]);
    }
    page.text(
        "A finished run is never repeated by a change in Git. To run it again, delete it: GitOps makes it anew with its \
         next sync, and without GitOps, from this directory, the second command does.",
    );
    page.commands(&[
        format!("kubectl delete rayjob {namespace} {name}"),
        format!("kubectl apply --filename {}", word(file)),
    ]);
    if let Some(seconds) = job.ttl {
        page.text(&format!("Its cluster stays for {seconds} s after the end, and with it the dashboard and the logs."));
    }
}

fn scheduled(page: &mut Page, namespace: &str, name: &str, when: &str, job: &Job) {
    page.heading(3, "Runs");
    page.text(&format!("At {when}. The last one, and all that are still there:"));
    page.commands(&[
        format!("kubectl get raycronjob {namespace} {name} --output jsonpath='{{.status.lastScheduleTime}}'"),
        format!(
            "kubectl get rayjobs {namespace} --selector=ray.io/cronjob-name={name} \
             --sort-by=.metadata.creationTimestamp"
        ),
    ]);
    if job.submission_mode == SubmissionMode::K8sJob {
        page.text("What the last run prints:");
        page.commands(&[format!(
            "kubectl logs {namespace} \"job/$(kubectl get rayjobs {namespace} --selector=ray.io/cronjob-name={name} \
             --sort-by=.metadata.creationTimestamp --output jsonpath='{{.items[-1:].metadata.name}}')\" --follow"
        )]);
    }
    // The label makes it one of the runs above; the operator's own have it too.
    page.text("A run now, beside the schedule:");
    page.commands(&[format!(
        "kubectl get raycronjob {namespace} {name} --output json | jq '{{apiVersion, kind: \"RayJob\", metadata: \
         {{namespace: .metadata.namespace, generateName: (.metadata.name + \"-\"), labels: {{\"ray.io/cronjob-name\": \
         .metadata.name}}}}, spec: .spec.jobTemplate}}' | kubectl create --filename -"
    )]);
}
