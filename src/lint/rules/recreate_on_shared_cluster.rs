//! Clusters that others use and that every change restarts.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::Object;
use crate::lint::{Check, Findings, Group, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "recreate-on-shared-cluster",
    group: Group::Ray,
    summary: "a merge kills the work of everyone on an exposed cluster",
    severity: Severity::Warning,
    page: include_str!("recreate_on_shared_cluster.md"),
    check: Check::Everything(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for object in subject.of_kind("RayCluster") {
        if object.text("/spec/upgradeStrategy/type") != "Recreate" {
            continue;
        }
        let own = object.get("/spec/headGroupSpec/enableIngress").and_then(Value::as_bool) == Some(true)
            || matches!(object.text("/spec/headGroupSpec/serviceType"), "LoadBalancer" | "NodePort");
        if !own && !subject.beside(object).any(|other| exposes(other, object)) {
            continue;
        }
        let message = format!(
            "RayCluster `{}` is exposed to others, and almost every change of it deletes head and workers at once",
            object.name()
        );
        findings
            .object(object, "/spec/upgradeStrategy", message)
            .add_help("write `upgrade = \"none\"` (`upgradeStrategy.type: None`), and restart it when nobody works");
    }
}

/// Whether an object of the same Namespace is an Ingress that leads to the cluster's head.
fn exposes(ingress: &Object<'_>, cluster: &Object<'_>) -> bool {
    if ingress.kind() != "Ingress" {
        return false;
    }
    let rules = ingress.get("/spec/rules").and_then(Value::as_array).into_iter().flatten();
    let paths = rules.filter_map(|rule| rule.pointer("/http/paths")?.as_array()).flatten();
    let backends = paths.filter_map(|path| path.pointer("/backend/service/name")?.as_str());
    backends.into_iter().any(|name| name.strip_suffix("-head-svc") == Some(cluster.name()))
}
