//! Submission modes with fields that they exclude.

use serde_json::Value;

use crate::diagnostic::Severity;
use crate::lint::ray;
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "conflicting-submission-mode",
    group: Group::Ray,
    summary: "a RayJob has fields that its submission mode does not allow",
    severity: Severity::Error,
    page: include_str!("conflicting_submission_mode.md"),
    check: Check::Object(&["RayJob"], check),
};

fn check(job: &Object<'_>, findings: &mut Findings<'_>) {
    let mut report = |pointer: &str, message: String, help: &str| {
        findings.object(job, pointer, message).add_help(help);
    };
    match job.text("/spec/submissionMode") {
        "InteractiveMode" if job.get("/spec/backoffLimit").and_then(Value::as_i64).is_some_and(|limit| limit > 0) => {
            let message = format!("RayJob `{}` waits for a person to submit it, so it cannot be retried", job.name());
            report("/spec/backoffLimit", message, "take `backoffLimit` out");
        }
        "SidecarMode" => {
            for field in ["submitterPodTemplate", "submitterConfig"] {
                let pointer = format!("/spec/{field}");
                if ray::is_set(job.get(&pointer)) {
                    let message =
                        format!("RayJob `{}` is submitted by a sidecar of the head, but has `{field}`", job.name());
                    report(&pointer, message, "take it out, or use `K8sJobMode`");
                }
            }
        }
        _ => {}
    }
}
