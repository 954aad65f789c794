//! A submission mode that KubeRay does not know.

use crate::diagnostic::{Severity, did_you_mean};
use crate::lint::{Check, Findings, Group, RayJob, Rule};

pub(super) static RULE: Rule = Rule {
    name: "invalid-submission-mode",
    group: Group::Ray,
    summary: "a RayJob has a submission mode that KubeRay does not know",
    severity: Severity::Error,
    page: include_str!("invalid_submission_mode.md"),
    check: Check::RayJob(check),
};

/// `JobSubmissionMode` (KubeRay `apis/ray/v1/rayjob_types.go`, v1.7).
const KNOWN: [&str; 4] = ["HTTPMode", "InteractiveMode", "K8sJobMode", "SidecarMode"];

fn check(job: &RayJob<'_>, findings: &mut Findings<'_>) {
    let mode = job.text("/submissionMode");
    if mode.is_empty() || KNOWN.contains(&mode) {
        return;
    }
    let message = format!("{} has submission mode `{mode}`, which KubeRay does not know", job.what());
    findings.job(job, "/submissionMode", message).add_help(match did_you_mean(mode, KNOWN) {
        Some(close) => format!("did you mean `{close}`?"),
        None => format!("write one of {}", KNOWN.join(", ")),
    });
}
