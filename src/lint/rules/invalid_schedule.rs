//! Schedules that never come.

use crate::diagnostic::Severity;
use crate::lint::cron;
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "invalid-schedule",
    group: Group::Ray,
    summary: "the schedule or time zone of a RayCronJob cannot be read",
    severity: Severity::Error,
    page: include_str!("invalid_schedule.md"),
    check: Check::Object(&["RayCronJob"], check),
};

fn check(job: &Object<'_>, findings: &mut Findings<'_>) {
    let schedule = job.text("/spec/schedule");
    let mut report = |pointer: &str, message: String, help: &str| {
        findings.object(job, pointer, message).add_help(help);
    };
    if schedule.contains("TZ") {
        let message =
            format!("the schedule of RayCronJob `{}` names a time zone, which KubeRay refuses there", job.name());
        report("/spec/schedule", message, "write it as `timeZone`");
    } else if let Some(problem) = cron::problem(schedule) {
        let message = format!("the schedule `{schedule}` of RayCronJob `{}` cannot be read: {problem}", job.name());
        report(
            "/spec/schedule",
            message,
            "write minute, hour, day of month, month and day of week, such as `0 3 * * *`",
        );
    }
    if let Some(zone) = job.get("/spec/timeZone").and_then(crate::json::Value::as_str).filter(|zone| !is_zone(zone)) {
        let message = format!("RayCronJob `{}` has the time zone `{zone}`, which is no IANA name", job.name());
        report("/spec/timeZone", message, "write a name such as `Europe/Berlin` or `Etc/UTC`");
    }
}

/// Whether a name has the form of the IANA database's: what exists there changes by the month.
fn is_zone(name: &str) -> bool {
    let part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic())
            && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+'))
    };
    name != "Local" && name.split('/').all(part)
}
