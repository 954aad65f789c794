//! Submission modes with fields that they exclude.

use crate::diagnostic::Severity;
use crate::lint::ray;
use crate::lint::{Check, Findings, Group, RayJob, Rule};

pub(super) static RULE: Rule = Rule {
    name: "conflicting-submission-mode",
    group: Group::Ray,
    summary: "a RayJob has fields that its submission mode does not allow",
    severity: Severity::Error,
    page: include_str!("conflicting_submission_mode.md"),
    check: Check::RayJob(check),
};

fn check(job: &RayJob<'_>, findings: &mut Findings<'_>) {
    let mut report = |pointer: &str, message: String, help: &str| {
        findings.job(job, pointer, message).add_help(help);
    };
    match job.text("/submissionMode") {
        "InteractiveMode" if job.number("/backoffLimit").is_some_and(|limit| limit > 0) => {
            let message = format!("{} waits for a person to submit it, so it cannot be retried", job.what());
            report("/backoffLimit", message, "take `backoffLimit` out");
        }
        "SidecarMode" => {
            for field in ["submitterPodTemplate", "submitterConfig"] {
                let pointer = format!("/{field}");
                if ray::is_set(job.get(&pointer)) {
                    let message = format!("{} is submitted by a sidecar of the head, but has `{field}`", job.what());
                    report(&pointer, message, "take it out, or use `K8sJobMode`");
                }
            }
        }
        _ => {}
    }
}
