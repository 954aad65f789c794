//! Jobs on clusters of others that ask for more than those can give.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::{Check, Findings, Group, RayJob, Rule};

pub(super) static RULE: Rule = Rule {
    name: "conflicting-cluster-selector",
    group: Group::Ray,
    summary: "a RayJob selects no cluster, or one and asks for what only an own cluster can do",
    severity: Severity::Error,
    page: include_str!("conflicting_cluster_selector.md"),
    check: Check::RayJob(check),
};

const LABEL: &str = "ray.io/cluster";

fn check(job: &RayJob<'_>, findings: &mut Findings<'_>) {
    let selector = job.get("/clusterSelector").and_then(Value::as_object).filter(|selector| !selector.is_empty());
    let mut report = |pointer: &str, message: String, help: &str| {
        findings.job(job, pointer, message).add_help(help);
    };
    let Some(selector) = selector else {
        if job.get("/rayClusterSpec").is_none_or(Value::is_null) {
            let message = format!("{} has neither `rayClusterSpec` nor `clusterSelector`", job.what());
            report("", message, "describe a cluster, or name one by `clusterSelector`");
        }
        return;
    };
    if selector.get(LABEL).and_then(Value::as_str).is_none_or(str::is_empty) {
        let message = format!("{} selects a cluster without its name", job.what());
        report("/clusterSelector", message, "write `ray.io/cluster` with the name of a RayCluster");
    }
    let with = format!("{} runs on a selected cluster", job.what());
    if job.flag("/suspend") {
        report("/suspend", format!("{with}, which cannot be suspended"), "take `suspend` out");
    }
    if job.text("/submissionMode") == "SidecarMode" {
        report(
            "/submissionMode",
            format!("{with}, whose head has no sidecar to submit it"),
            "use `K8sJobMode` or `HTTPMode`",
        );
    }
    if job.number("/backoffLimit").is_some_and(|limit| limit > 0) {
        report("/backoffLimit", format!("{with}, but a retry needs a new cluster"), "take `backoffLimit` out");
    }
}
