//! Resources of an entrypoint that stand where nobody looks for them.

use crate::diagnostic::Severity;
use crate::lint::{Check, Findings, Group, RayJob, Rule};

pub(super) static RULE: Rule = Rule {
    name: "misplaced-job-resources",
    group: Group::Ray,
    summary: "resources of a job's entrypoint stand in its runtime environment",
    severity: Severity::Warning,
    page: include_str!("misplaced_job_resources.md"),
    check: Check::RayJob(check),
};

/// What people write there, and the field that is meant (KubeRay `rayjob_types.go`).
const MEANT: [(&str, &str); 6] = [
    ("entrypoint_num_cpus", "entrypointNumCpus"),
    ("entrypoint_num_gpus", "entrypointNumGpus"),
    ("entrypoint_resources", "entrypointResources"),
    ("num_cpus", "entrypointNumCpus"),
    ("num_gpus", "entrypointNumGpus"),
    ("resources", "entrypointResources"),
];

fn check(job: &RayJob<'_>, findings: &mut Findings<'_>) {
    let text = job.text("/runtimeEnvYAML");
    let Ok(serde_yaml::Value::Mapping(fields)) = serde_yaml::from_str::<serde_yaml::Value>(text) else { return };
    for (written, meant) in MEANT.iter().filter(|(written, _)| fields.contains_key(*written)) {
        let message =
            format!("the runtime environment of {} has `{written}`, which Ray does not read there", job.what());
        findings.job(job, "/runtimeEnvYAML", message).add_help(format!("write `{meant}` beside `runtimeEnvYAML`"));
    }
}
