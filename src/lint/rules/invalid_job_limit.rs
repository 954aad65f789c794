//! Deadlines and retries below their least value.

use crate::diagnostic::Severity;
use crate::lint::{Check, Findings, Group, Object, Rule};
use serde_json::Value;

pub(super) static RULE: Rule = Rule {
    name: "invalid-job-limit",
    group: Group::Ray,
    summary: "a deadline or number of retries of a RayJob is none",
    severity: Severity::Error,
    page: include_str!("invalid_job_limit.md"),
    check: Check::Object(&["RayJob"], check),
};

/// Least values (KubeRay `utils/validation.go`, v1.7.0).
const LIMITS: [(&str, i64); 3] = [("activeDeadlineSeconds", 1), ("preRunningDeadlineSeconds", 1), ("backoffLimit", 0)];

fn check(job: &Object<'_>, findings: &mut Findings<'_>) {
    for (field, least) in LIMITS {
        let pointer = format!("/spec/{field}");
        let Some(value) = job.get(&pointer).and_then(Value::as_i64).filter(|value| *value < least) else { continue };
        let message = format!("RayJob `{}` has `{field}: {value}`, but KubeRay takes {least} or more", job.name());
        findings.object(job, &pointer, message).add_help("write a greater number, or take it out");
    }
}
