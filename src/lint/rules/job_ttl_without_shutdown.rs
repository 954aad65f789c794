//! Times to live of jobs that nobody obeys.

use crate::diagnostic::Severity;
use crate::lint::{Check, Findings, Group, Object, Rule};
use serde_json::Value;

pub(super) static RULE: Rule = Rule {
    name: "job-ttl-without-shutdown",
    group: Group::Ray,
    summary: "a RayJob has a time to live, but does not shut its cluster down",
    severity: Severity::Error,
    page: include_str!("job_ttl_without_shutdown.md"),
    check: Check::Object(&["RayJob"], check),
};

fn check(job: &Object<'_>, findings: &mut Findings<'_>) {
    let Some(seconds) = job.get("/spec/ttlSecondsAfterFinished").and_then(Value::as_i64) else { return };
    let shutdown = job.get("/spec/shutdownAfterJobFinishes").and_then(Value::as_bool) == Some(true);
    let (message, help) = if seconds < 0 {
        (format!("RayJob `{}` lives on for {seconds} seconds after its end", job.name()), "write at least 0")
    } else if seconds > 0 && !shutdown {
        (
            format!(
                "RayJob `{}` lives on for {seconds} seconds after its end, but does not shut down then",
                job.name()
            ),
            "set `shutdownAfterJobFinishes: true`, or take `ttlSecondsAfterFinished` out",
        )
    } else {
        return;
    };
    findings.object(job, "/spec/ttlSecondsAfterFinished", message).add_help(help);
}
