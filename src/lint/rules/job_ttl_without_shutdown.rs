//! Times to live of jobs that nobody obeys.

use crate::diagnostic::Severity;
use crate::lint::{Check, Findings, Group, RayJob, Rule};

pub(super) static RULE: Rule = Rule {
    name: "job-ttl-without-shutdown",
    group: Group::Ray,
    summary: "a RayJob has a time to live, but does not shut its cluster down",
    severity: Severity::Error,
    page: include_str!("job_ttl_without_shutdown.md"),
    check: Check::RayJob(check),
};

fn check(job: &RayJob<'_>, findings: &mut Findings<'_>) {
    let Some(seconds) = job.number("/ttlSecondsAfterFinished") else { return };
    let (message, help) = if seconds < 0 {
        (format!("{} lives on for {seconds} seconds after its end", job.what()), "write at least 0")
    } else if seconds > 0 && !job.shuts_down() {
        (
            format!("{} lives on for {seconds} seconds after its end, but does not shut down then", job.what()),
            "set `shutdownAfterJobFinishes: true`, or take `ttlSecondsAfterFinished` out",
        )
    } else {
        return;
    };
    findings.job(job, "/ttlSecondsAfterFinished", message).add_help(help);
}
