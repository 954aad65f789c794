//! A submission mode that KubeRay does not know.

use serde_json::Value;

use crate::diagnostic::{Severity, did_you_mean};
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "invalid-submission-mode",
    group: Group::Ray,
    summary: "a RayJob has a submission mode that KubeRay does not know",
    severity: Severity::Error,
    page: include_str!("invalid_submission_mode.md"),
    check: Check::Object(&["RayJob", "RayCronJob"], check),
};

/// `JobSubmissionMode` (KubeRay `apis/ray/v1/rayjob_types.go`, v1.7).
const KNOWN: [&str; 4] = ["HTTPMode", "InteractiveMode", "K8sJobMode", "SidecarMode"];

fn check(job: &Object<'_>, findings: &mut Findings<'_>) {
    let spec = if job.kind() == "RayCronJob" { "/spec/jobTemplate" } else { "/spec" };
    let pointer = format!("{spec}/submissionMode");
    let Some(mode) = job.get(&pointer).and_then(Value::as_str) else { return };
    if mode.is_empty() || KNOWN.contains(&mode) {
        return;
    }
    let message = format!("{} `{}` has submission mode `{mode}`, which KubeRay does not know", job.kind(), job.name());
    findings.object(job, &pointer, message).add_help(match did_you_mean(mode, KNOWN) {
        Some(close) => format!("did you mean `{close}`?"),
        None => format!("write one of {}", KNOWN.join(", ")),
    });
}
