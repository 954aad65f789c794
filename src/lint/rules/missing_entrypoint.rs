//! A job without anything to run.

use crate::diagnostic::Severity;
use crate::lint::{Check, Findings, Group, RayJob, Rule};

pub(super) static RULE: Rule = Rule {
    name: "missing-entrypoint",
    group: Group::Ray,
    summary: "a RayJob has no entrypoint",
    severity: Severity::Error,
    page: include_str!("missing_entrypoint.md"),
    check: Check::RayJob(check),
};

fn check(job: &RayJob<'_>, findings: &mut Findings<'_>) {
    let interactive = job.text("/submissionMode") == "InteractiveMode";
    if !interactive && job.text("/entrypoint").trim().is_empty() {
        let message = format!("{} has no `entrypoint`, so it submits nothing", job.what());
        findings.job(job, "/entrypoint", message).add_help(
            "write the command in `entrypoint`, or choose `submissionMode: InteractiveMode` to submit by hand",
        );
    }
}
