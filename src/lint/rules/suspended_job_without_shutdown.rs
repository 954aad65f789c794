//! Suspended jobs that cannot be suspended.

use crate::diagnostic::Severity;
use crate::lint::{Check, Findings, Group, Object, Rule};
use serde_json::Value;

pub(super) static RULE: Rule = Rule {
    name: "suspended-job-without-shutdown",
    group: Group::Ray,
    summary: "a RayJob is suspended in a way that KubeRay refuses",
    severity: Severity::Error,
    page: include_str!("suspended_job_without_shutdown.md"),
    check: Check::Object(&["RayJob"], check),
};

fn check(job: &Object<'_>, findings: &mut Findings<'_>) {
    if job.get("/spec/suspend").and_then(Value::as_bool) != Some(true) {
        return;
    }
    let shutdown = job.get("/spec/shutdownAfterJobFinishes").and_then(Value::as_bool) == Some(true);
    if shutdown || job.get("/spec/clusterSelector").is_some_and(Value::is_object) {
        return;
    }
    let message = format!("RayJob `{}` is suspended, but does not shut its cluster down at its end", job.name());
    findings.object(job, "/spec/suspend", message).add_help("set `shutdownAfterJobFinishes: true`");
}
