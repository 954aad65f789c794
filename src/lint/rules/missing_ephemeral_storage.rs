//! Ray containers that request no disk.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::ray;
use crate::lint::{Check, Findings, Group, RayCluster, Rule};

pub(super) static RULE: Rule = Rule {
    name: "missing-ephemeral-storage",
    group: Group::Ray,
    summary: "a Ray container requests no local disk",
    severity: Severity::Warning,
    page: include_str!("missing_ephemeral_storage.md"),
    check: Check::RayCluster(check),
};

fn check(cluster: &RayCluster<'_>, findings: &mut Findings<'_>) {
    for (pointer, what, group) in cluster.all_groups() {
        let Some(container) = group.pointer("/template/spec/containers/0") else { continue };
        let resources = &container["resources"];
        let requested =
            ["requests", "limits"].into_iter().any(|list| ray::is_set(resources[list].get("ephemeral-storage")));
        if requested || has_own_disk(group, container) {
            continue;
        }
        let message = format!(
            "{what} requests no `ephemeral-storage`, but Ray writes logs and spilled objects to the node's disk"
        );
        findings
            .cluster(cluster, &format!("{pointer}/template/spec/containers/0/resources"), message)
            .add_help("write how much it may need: `ephemeral-storage = \"50Gi\"` (`resources.requests`)");
    }
}

/// Whether Ray's session directory lies on a volume that is not the node's disk.
fn has_own_disk(group: &Value, container: &Value) -> bool {
    let mounts = container["volumeMounts"].as_array();
    let Some(mount) = mounts.into_iter().flatten().find(|mount| mount["mountPath"] == "/tmp/ray") else { return false };
    let volumes = group.pointer("/template/spec/volumes").and_then(Value::as_array);
    let volume = volumes.into_iter().flatten().find(|volume| volume["name"] == mount["name"]);
    volume.is_some_and(|volume| volume.get("emptyDir").is_none())
}
