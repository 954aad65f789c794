//! Runtime environments that cannot be read.

use crate::diagnostic::Severity;
use crate::lint::{Check, Findings, Group, RayJob, Rule};

pub(super) static RULE: Rule = Rule {
    name: "unparsable-runtime-env",
    group: Group::Ray,
    summary: "the runtime environment of a RayJob is no YAML mapping",
    severity: Severity::Error,
    page: include_str!("unparsable_runtime_env.md"),
    check: Check::RayJob(check),
};

fn check(job: &RayJob<'_>, findings: &mut Findings<'_>) {
    let text = job.text("/runtimeEnvYAML");
    if text.is_empty() {
        return;
    }
    let problem = match serde_yaml::from_str::<serde_yaml::Value>(text) {
        Ok(serde_yaml::Value::Mapping(_) | serde_yaml::Value::Null) => return,
        Ok(_) => "it is no mapping".to_owned(),
        Err(error) => error.to_string(),
    };
    let message = format!("the runtime environment of {} cannot be read: {problem}", job.what());
    findings.job(job, "/runtimeEnvYAML", message).add_help("write a YAML mapping, such as `pip: [torch]`");
}
