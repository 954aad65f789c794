//! Variables of the autoscaler that belong to the operator.

use crate::diagnostic::Severity;
use crate::lint::ray;
use crate::lint::{Check, Findings, Group, RayCluster, Rule};

pub(super) static RULE: Rule = Rule {
    name: "reserved-env",
    group: Group::Ray,
    summary: "the autoscaler sets a variable that KubeRay sets itself",
    severity: Severity::Error,
    page: include_str!("reserved_env.md"),
    check: Check::RayCluster(check),
};

const COMMAND: &str = "KUBERAY_GEN_AUTOSCALER_START_CMD";

fn check(cluster: &RayCluster<'_>, findings: &mut Findings<'_>) {
    let Some(index) = ray::env_position(cluster.get("/autoscalerOptions/env"), COMMAND) else { return };
    let message = format!("the autoscaler sets `{COMMAND}`, which KubeRay sets itself and refuses");
    findings
        .cluster(cluster, &format!("/autoscalerOptions/env/{index}"), message)
        .add_help("take it out; `autoscalerOptions.command` and `.args` replace the command");
}
