//! The autoscaler's rights in the hands of workers.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::{Check, Findings, Group, RayCluster, Rule};

pub(super) static RULE: Rule = Rule {
    name: "automounted-worker-token",
    group: Group::Security,
    summary: "workers hold the autoscaler's Kubernetes token",
    severity: Severity::Warning,
    page: include_str!("automounted_worker_token.md"),
    check: Check::RayCluster(check),
};

fn check(cluster: &RayCluster<'_>, findings: &mut Findings<'_>) {
    let account =
        |group: &Value| group["template"]["spec"]["serviceAccountName"].as_str().unwrap_or_default().to_owned();
    let Some(head) = cluster.get("/headGroupSpec").map(account).filter(|account| !account.is_empty()) else { return };
    if !cluster.autoscaling() {
        return;
    }
    for (index, group) in cluster.groups().enumerate() {
        if account(group) != head || group["template"]["spec"]["automountServiceAccountToken"] == false {
            continue;
        }
        let name = group["groupName"].as_str().unwrap_or_default();
        let message = format!(
            "workers of group `{name}` hold the token of `{head}`, which may change pods and the cluster for the autoscaler"
        );
        let pointer = format!("/workerGroupSpecs/{index}/template/spec/automountServiceAccountToken");
        findings
            .cluster(cluster, &pointer, message)
            .add_help("set `automountServiceAccountToken: false` on workers, or give them another ServiceAccount");
    }
}
