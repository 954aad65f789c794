//! PodDisruptionBudget (`policy/v1`).

use k8s_openapi::api::policy::v1::{PodDisruptionBudget, PodDisruptionBudgetSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::metadata::{self, Metadata};
use super::{Manifest, Places, Scope};
use crate::resolve::Workload;

/// The budgets of a cluster.
pub(super) fn of_workload(scope: &Scope<'_>, workload: &Workload) -> Vec<Manifest> {
    let mut budgets = Vec::new();
    if workload.head_disruption_budget {
        budgets.push(budget(scope, workload, "head", "head", 1));
    }
    if let Some(least) = workload.workers_disruption_budget {
        budgets.push(budget(scope, workload, "workers", "worker", least));
    }
    budgets
}

/// `minAvailable` as an integer: for a percentage or `maxUnavailable` the controller asks the pods' owner for its
/// scale, which a RayCluster does not have, and then allows no eviction ever (Kubernetes `disruption.go`,
/// getExpectedPodCount). Pods that are not healthy may always go.
fn budget(scope: &Scope<'_>, workload: &Workload, suffix: &str, node_type: &str, least: i32) -> Manifest {
    let object = PodDisruptionBudget {
        metadata: Metadata::of_workload(scope.team, workload, format!("{}-{suffix}", workload.name)).into(),
        spec: Some(PodDisruptionBudgetSpec {
            min_available: Some(IntOrString::Int(least)),
            selector: Some(LabelSelector {
                match_labels: Some(metadata::pods_of(workload, node_type)),
                ..LabelSelector::default()
            }),
            unhealthy_pod_eviction_policy: Some("AlwaysAllow".to_owned()),
            ..PodDisruptionBudgetSpec::default()
        }),
        ..PodDisruptionBudget::default()
    };
    let mut places = Places::new(workload.path.join("disruption-budget"));
    places.add("/spec", workload.path.join("disruption-budget").join(suffix));
    scope.manifest(object, places)
}
