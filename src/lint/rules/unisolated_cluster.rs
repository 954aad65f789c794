//! Clusters that neither ask for a token nor restrict who reaches them.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::exposure::knows_tokens;
use crate::lint::monitoring::{selects, within};
use crate::lint::{Check, Findings, Group, RayCluster, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "unisolated-cluster",
    group: Group::Security,
    summary: "a cluster switches authentication off, and no NetworkPolicy restricts who reaches its head",
    severity: Severity::Warning,
    page: include_str!("unisolated_cluster.md"),
    check: Check::Everything(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let clusters = subject.objects.iter().flat_map(crate::lint::Object::ray_clusters);
    let open: Vec<RayCluster<'_>> = clusters.filter(is_off).collect();
    if open.is_empty() {
        return;
    }
    let pods = subject.pod_targets();
    for cluster in open {
        let own = [cluster.object.kind(), cluster.object.name()];
        let head = within(&cluster.object, pods).into_iter().find(|pod| pod.head_of == Some(own));
        let isolated = head.is_some_and(|head| {
            let policies = subject.beside(&cluster.object).filter(|other| other.kind() == "NetworkPolicy");
            policies
                .filter(|policy| restricts_ingress(policy.get("/spec/policyTypes")))
                .any(|policy| selects(policy.get("/spec/podSelector"), &head.labels))
        });
        if isolated {
            continue;
        }
        let message = format!(
            "`{}` asks nobody for a token, and every pod of the EKS cluster can reach its head",
            cluster.object.name()
        );
        findings
            .cluster(&cluster, "/authOptions/mode", message)
            .add_help("let Ray ask for a token (`auth.mode = \"token\"`), or write `network-policy = \"ingress\"`");
    }
}

/// Whether somebody chose to do without: releases that know no tokens leave no choice.
fn is_off(cluster: &RayCluster<'_>) -> bool {
    knows_tokens(cluster) && cluster.get("/authOptions/mode").and_then(Value::as_str) == Some("disabled")
}

/// A policy that names no types restricts what comes in.
fn restricts_ingress(types: Option<&Value>) -> bool {
    types.and_then(Value::as_array).is_none_or(|types| types.is_empty() || types.iter().any(|each| each == "Ingress"))
}
