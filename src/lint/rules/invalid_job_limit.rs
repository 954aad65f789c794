//! Deadlines and retries below their least value.

use crate::diagnostic::Severity;
use crate::lint::{Check, Findings, Group, RayJob, Rule};

pub(super) static RULE: Rule = Rule {
    name: "invalid-job-limit",
    group: Group::Ray,
    summary: "a deadline or number of retries of a RayJob is none",
    severity: Severity::Error,
    page: include_str!("invalid_job_limit.md"),
    check: Check::RayJob(check),
};

/// Least values (KubeRay `utils/validation.go`, v1.7.0).
const LIMITS: [(&str, i64); 3] = [("activeDeadlineSeconds", 1), ("preRunningDeadlineSeconds", 1), ("backoffLimit", 0)];

fn check(job: &RayJob<'_>, findings: &mut Findings<'_>) {
    for (field, least) in LIMITS {
        let pointer = format!("/{field}");
        let Some(value) = job.number(&pointer).filter(|value| *value < least) else { continue };
        let message = format!("{} has `{field}: {value}`, but KubeRay takes {least} or more", job.what());
        findings.job(job, &pointer, message).add_help("write a greater number, or take it out");
    }
}
