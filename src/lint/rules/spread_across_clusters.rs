//! Spread that counts the pods of the cluster which an upgrade replaces.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::selector::selects;
use crate::lint::{Check, Findings, Group, Pod, Rule};

pub(super) static RULE: Rule = Rule {
    name: "spread-across-clusters",
    group: Group::Pod,
    summary: "a topology spread counts the old and the new cluster of an upgrade together",
    severity: Severity::Warning,
    page: include_str!("spread_across_clusters.md"),
    check: Check::Pod(check),
};

const CLUSTER: &str = "ray.io/cluster";

fn check(pod: &Pod<'_>, findings: &mut Findings<'_>) {
    if pod.object.kind() != "RayService" {
        return;
    }
    let constraints = pod.get("/spec/topologySpreadConstraints").and_then(Value::as_array);
    for (index, constraint) in constraints.into_iter().flatten().enumerate() {
        let keys = constraint["matchLabelKeys"].as_array();
        let by_cluster = keys.is_some_and(|keys| keys.iter().any(|key| key == CLUSTER));
        // `None`: the selector asks for a generated name, which `dangling-pod-selector` knows about.
        if by_cluster || selects(&constraint["labelSelector"], pod) != Some(true) {
            continue;
        }
        let message = format!(
            "the topology spread of {} in RayService `{}` counts the pods of every cluster that the service has",
            pod.what(),
            pod.object.name()
        );
        findings
            .pod(pod, &format!("/spec/topologySpreadConstraints/{index}"), message)
            .add_help(format!("add `matchLabelKeys: [{CLUSTER}]`, as the key `spread` does"));
    }
}
