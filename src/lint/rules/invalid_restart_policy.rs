//! Restart policies that KubeRay refuses.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "invalid-restart-policy",
    group: Group::Ray,
    summary: "pods restart in place where KubeRay must replace them",
    severity: Severity::Error,
    page: include_str!("invalid_restart_policy.md"),
    check: Check::Object(&["RayCluster", "RayService", "RayJob", "RayCronJob"], check),
};

fn check(object: &Object<'_>, findings: &mut Findings<'_>) {
    let sidecar = object.text("/spec/submissionMode") == "SidecarMode";
    for cluster in object.ray_clusters() {
        let v2 =
            cluster.autoscaling() && cluster.get("/autoscalerOptions/version").is_some_and(|version| version == "v2");
        for (pointer, what, group) in cluster.all_groups() {
            let policy = group.pointer("/template/spec/restartPolicy").and_then(Value::as_str).unwrap_or_default();
            if policy.is_empty() || policy == "Never" {
                continue;
            }
            let reason = match (v2, sidecar && pointer == "/headGroupSpec") {
                (true, _) => "autoscaler version 2",
                (false, true) => "submission mode `SidecarMode`",
                (false, false) => continue,
            };
            let message = format!("{what} has `restartPolicy: {policy}`, but with {reason} KubeRay takes only `Never`");
            findings
                .cluster(&cluster, &format!("{pointer}/template/spec/restartPolicy"), message)
                .add_help("take `restartPolicy` out: the operator sets it");
        }
    }
}
