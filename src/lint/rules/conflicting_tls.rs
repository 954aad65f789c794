//! TLS that is set up twice.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::ray;
use crate::lint::{Check, Findings, Group, RayCluster, Rule};

pub(super) static RULE: Rule = Rule {
    name: "conflicting-tls",
    group: Group::Ray,
    summary: "the pods set up TLS themselves beside `tlsOptions`",
    severity: Severity::Error,
    page: include_str!("conflicting_tls.md"),
    check: Check::RayCluster(check),
};

/// Variables that the operator sets (KubeRay `utils/validation.go`, v1.7.0).
const VARIABLES: [&str; 4] = ["RAY_USE_TLS", "RAY_TLS_SERVER_CERT", "RAY_TLS_SERVER_KEY", "RAY_TLS_CA_CERT"];

fn check(cluster: &RayCluster<'_>, findings: &mut Findings<'_>) {
    if cluster.get("/tlsOptions/enabled").and_then(Value::as_bool) != Some(true) {
        return;
    }
    let mut variables = |pointer: &str, what: &str, list: Option<&Value>| {
        for (name, index) in VARIABLES.into_iter().filter_map(|name| Some((name, ray::env_position(list, name)?))) {
            let message = format!("{what} sets `{name}` beside `tlsOptions`: KubeRay refuses the cluster");
            findings
                .cluster(cluster, &format!("{pointer}/{index}"), message)
                .add_help("take the variable out: the operator sets it");
        }
    };
    variables("/autoscalerOptions/env", "the autoscaler", cluster.get("/autoscalerOptions/env"));
    let groups = cluster.all_groups();
    for (pointer, what, group) in &groups {
        let env = "/template/spec/containers/0/env";
        variables(&format!("{pointer}{env}"), what, group.pointer(env));
    }
    for (pointer, what, group) in &groups {
        let mounts = "/template/spec/containers/0/volumeMounts";
        let list = group.pointer(mounts).and_then(Value::as_array);
        for (index, mount) in list.into_iter().flatten().enumerate() {
            if mount["name"] == "ray-tls" || mount["mountPath"] == "/etc/ray/tls" {
                let message = format!("{what} has a mount where KubeRay puts certificates: it refuses the cluster");
                findings
                    .cluster(cluster, &format!("{pointer}{mounts}/{index}"), message)
                    .add_help("use another name than `ray-tls` and another path than `/etc/ray/tls`");
            }
        }
    }
}
