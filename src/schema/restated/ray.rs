//! The rules of the ray.io CRDs (`KubeRay` 1.5 to 1.7).

use serde_json::json;

use super::{Rule, at_least_one, exactly_one, rule};

/// Rules on parts that several kinds embed, at whatever depth; a release without the field has no such place.
pub(super) fn rules() -> Vec<Rule> {
    let legacy = at_least_one(&["onSuccess", "onFailure"]);
    vec![
        // KubeRay 1.5: `ManagedBy` of RayCluster, RayJob and RayService; later changes of it are rejected too.
        rule(
            "**.managedBy",
            "`managedBy` is either `ray.io/kuberay-operator` or `kueue.x-k8s.io/multikueue`",
            json!({ "enum": ["ray.io/kuberay-operator", "kueue.x-k8s.io/multikueue"] }),
        ),
        // KubeRay 1.5: `DeletionStrategy`, the deprecated policies against the rules.
        rule(
            "**.deletionStrategy",
            "`deletionRules` excludes the legacy `onSuccess` and `onFailure`",
            json!({ "not": { "allOf": [legacy, { "required": ["deletionRules"] }] } }),
        ),
        rule(
            "**.deletionStrategy",
            "`deletionStrategy` needs `deletionRules`, or both `onSuccess` and `onFailure`",
            json!({ "anyOf": [{ "required": ["onSuccess", "onFailure"] }, { "required": ["deletionRules"] }] }),
        ),
        // KubeRay 1.6: `DeletionCondition`.
        rule(
            "**.deletionRules[].condition",
            "a deletion condition needs exactly one of `jobStatus` and `jobDeploymentStatus`",
            exactly_one(&["jobStatus", "jobDeploymentStatus"]),
        ),
    ]
}
