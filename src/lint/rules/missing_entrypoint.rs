//! A job without anything to run.

use crate::diagnostic::Severity;
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "missing-entrypoint",
    group: Group::Ray,
    summary: "a RayJob has no entrypoint",
    severity: Severity::Error,
    page: include_str!("missing_entrypoint.md"),
    check: Check::Object(&["RayJob", "RayCronJob"], check),
};

fn check(job: &Object<'_>, findings: &mut Findings<'_>) {
    let spec = if job.kind() == "RayCronJob" { "/spec/jobTemplate" } else { "/spec" };
    let interactive = job.text(&format!("{spec}/submissionMode")) == "InteractiveMode";
    if !interactive && job.text(&format!("{spec}/entrypoint")).trim().is_empty() {
        let message = format!("{} `{}` has no `entrypoint`, so it submits nothing", job.kind(), job.name());
        findings.object(job, spec, message).add_help(
            "write the command in `entrypoint`, or choose `submissionMode: InteractiveMode` to submit by hand",
        );
    }
}
