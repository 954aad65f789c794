//! Clusters that outlive their jobs.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::{Check, Findings, Group, RayJob, Rule};

pub(super) static RULE: Rule = Rule {
    name: "lingering-job-cluster",
    group: Group::Ray,
    summary: "a job's cluster stays when the job is over",
    severity: Severity::Warning,
    page: include_str!("lingering_job_cluster.md"),
    check: Check::RayJob(check),
};

fn check(job: &RayJob<'_>, findings: &mut Findings<'_>) {
    // A time to live or a suspension says that it was to go; that it does not is an error of its own.
    let meant = job.number("/ttlSecondsAfterFinished").is_some_and(|seconds| seconds != 0) || job.flag("/suspend");
    if job.shuts_down() || job.selects() || meant || deletes(job) || job.get("/rayClusterSpec").is_none() {
        return;
    }
    let message = format!("{} ends, but its cluster and its nodes stay until someone deletes them", job.what());
    findings
        .job(job, "/shutdownAfterJobFinishes", message)
        .add_help("set `shutdownAfterJobFinishes: true`, with `ttlSecondsAfterFinished` for time to look at it");
}

/// Whether deletion rules, or the policies before them, speak about the job's end: what they leave is meant to stay.
fn deletes(job: &RayJob<'_>) -> bool {
    let rules = job.get("/deletionStrategy/deletionRules").and_then(Value::as_array);
    let legacy = ["/deletionStrategy/onSuccess", "/deletionStrategy/onFailure"];
    rules.is_some_and(|rules| !rules.is_empty())
        || legacy.iter().any(|field| job.get(field).is_some_and(Value::is_object))
}
