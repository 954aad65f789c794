//! Fields behind a feature gate that is off.

use crate::diagnostic::Severity;
use crate::lint::ray;
use crate::lint::{Check, Findings, Group, Object, RayJob, Rule};

pub(super) static RULE: Rule = Rule {
    name: "disabled-feature-gate",
    group: Group::Ray,
    summary: "a field needs a feature gate of KubeRay that is off",
    severity: Severity::Error,
    page: include_str!("disabled_feature_gate.md"),
    check: Check::Object(&["RayCluster", "RayService", "RayJob", "RayCronJob"], check),
};

/// Fields of a Ray cluster and their gates (KubeRay `utils/validation.go`, v1.7.0).
const FIELDS: [(&str, &str); 3] = [
    ("/networkPolicy", "RayClusterNetworkPolicy"),
    ("/tlsOptions", "RayClusterMTLS"),
    ("/historyServerOptions", "RayClusterHistoryServer"),
];

fn check(object: &Object<'_>, findings: &mut Findings<'_>) {
    let mut needs = |pointer: String, gate: &str| {
        if ray::gate(object, gate) {
            return;
        }
        let field = pointer.rsplit('/').find(|token| token.parse::<usize>().is_err()).unwrap_or_default();
        let what = if pointer.is_empty() {
            format!("a {}", object.kind())
        } else {
            format!("`{field}` of {} `{}`", object.kind(), object.name())
        };
        let message = format!("{what} needs KubeRay's feature gate `{gate}`, which is off");
        findings.object(object, &pointer, message).add_help(format!(
            "leave it out, or switch the gate on in the operator and write `kuberay.feature-gates = {{ {gate} = true }}` in the environment"
        ));
    };
    for cluster in object.ray_clusters() {
        for (field, gate) in FIELDS {
            if ray::is_set(cluster.get(field)) {
                needs(cluster.at(field), gate);
            }
        }
        if cluster.get("/gcsFaultToleranceOptions/backend").is_some_and(|backend| backend == "rocksdb") {
            needs(cluster.at("/gcsFaultToleranceOptions/backend"), "GCSFaultToleranceEmbeddedStorage");
        }
        for (index, group) in cluster.groups().enumerate() {
            if group["suspend"] == true && !cluster.autoscaling() {
                needs(cluster.at(&format!("/workerGroupSpecs/{index}/suspend")), "RayJobDeletionPolicy");
            }
        }
    }
    if let Some(job) = RayJob::of(object).filter(|job| ray::is_set(job.get("/deletionStrategy"))) {
        needs(job.at("/deletionStrategy"), "RayJobDeletionPolicy");
    }
    match object.kind() {
        "RayService" if object.text("/spec/upgradeStrategy/type") == "NewClusterWithIncrementalUpgrade" => {
            needs("/spec/upgradeStrategy/type".to_owned(), "RayServiceIncrementalUpgrade");
        }
        "RayCronJob" => needs(String::new(), "RayCronJob"),
        _ => {}
    }
}
