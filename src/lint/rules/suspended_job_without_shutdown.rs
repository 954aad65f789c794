//! Suspended jobs that cannot be suspended.

use crate::diagnostic::Severity;
use crate::lint::{Check, Findings, Group, RayJob, Rule};

pub(super) static RULE: Rule = Rule {
    name: "suspended-job-without-shutdown",
    group: Group::Ray,
    summary: "a RayJob is suspended in a way that KubeRay refuses",
    severity: Severity::Error,
    page: include_str!("suspended_job_without_shutdown.md"),
    check: Check::RayJob(check),
};

fn check(job: &RayJob<'_>, findings: &mut Findings<'_>) {
    if !job.flag("/suspend") || job.shuts_down() || job.selects() {
        return;
    }
    let message = format!("{} is suspended, but does not shut its cluster down at its end", job.what());
    findings.job(job, "/suspend", message).add_help("set `shutdownAfterJobFinishes: true`");
}
