//! The autoscaler's version, said twice or for nothing.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::{Check, Findings, Group, RayCluster, Rule};
use crate::lint::{object, ray};

pub(super) static RULE: Rule = Rule {
    name: "conflicting-autoscaler-version",
    group: Group::Ray,
    summary: "the autoscaler's version is set in two places, or for an autoscaler that does not run",
    severity: Severity::Error,
    page: include_str!("conflicting_autoscaler_version.md"),
    check: Check::RayCluster(check),
};

const VARIABLE: &str = "RAY_enable_autoscaler_v2";

fn check(cluster: &RayCluster<'_>, findings: &mut Findings<'_>) {
    let Some(head) = cluster.get("/headGroupSpec") else { return };
    let Some(pointer) = ray::env_pointer(head, VARIABLE) else { return };
    let pointer = format!("/headGroupSpec{pointer}");
    let message = if !cluster.autoscaling() {
        if !matches!(object::env_value(Some(head), VARIABLE), Some("1" | "true")) {
            return;
        }
        format!("the head sets `{VARIABLE}`, but the cluster does not autoscale: KubeRay refuses it")
    } else if let Some(version) = cluster.get("/autoscalerOptions/version").and_then(Value::as_str) {
        format!(
            "the head sets `{VARIABLE}`, but `autoscalerOptions.version` is `{version}` already: KubeRay refuses both"
        )
    } else {
        return;
    };
    let fix = ray::remove_fix(&cluster.object, &cluster.at(&pointer), VARIABLE);
    let diagnostic = findings.cluster(cluster, &pointer, message);
    diagnostic.add_help("take the variable out");
    if let Some(fix) = fix {
        diagnostic.add_fix(fix);
    }
}
