//! A namespace on what has none.

use crate::diagnostic::Severity;
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "namespaced-cluster-resource",
    group: Group::Karpenter,
    summary: "an object that stands outside of namespaces names one",
    severity: Severity::Warning,
    page: include_str!("namespaced_cluster_resource.md"),
    check: Check::Object(&["NodePool", "EC2NodeClass", "PersistentVolume", "StorageClass", "Namespace"], check),
};

fn check(object: &Object<'_>, findings: &mut Findings<'_>) {
    let namespace = object.namespace();
    if !namespace.is_empty() {
        let message = format!(
            "{} `{}` names namespace `{namespace}`, but stands outside of namespaces",
            object.kind(),
            object.name()
        );
        findings.object(object, "/metadata/namespace", message).add_help("take the namespace out");
    }
}
