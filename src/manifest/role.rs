//! Role and RoleBinding (`rbac.authorization.k8s.io/v1`) of a team's ServiceAccounts.

use k8s_openapi::api::rbac::v1::{PolicyRule, Role, RoleBinding, RoleRef, Subject};

use super::metadata::Metadata;
use super::{Manifest, Places, Scope};
use crate::resolve::ServiceAccount;
use crate::spec;

/// What a ServiceAccount may do, if anything. The rights of the autoscaler are not among it: the operator makes them for
/// whatever ServiceAccount the head has (KubeRay `common/rbac.go`, BuildRoleBinding, v1.7).
pub(super) fn of_service_account(scope: &Scope<'_>, account: &str, spec: &ServiceAccount) -> Vec<Manifest> {
    if spec.rules.is_empty() {
        return Vec::new();
    }
    // The operator calls its own Role like the RayCluster and takes one that it finds for its own (KubeRay
    // `raycluster_controller.go`, reconcileAutoscalerRole). No RayCluster's name has a dot.
    let name = format!("{account}.rules");
    let metadata = || Metadata::of_team(scope.team, name.clone()).into();
    let role = Role { metadata: metadata(), rules: Some(spec.rules.iter().map(policy_rule).collect()) };
    let binding = RoleBinding {
        metadata: metadata(),
        role_ref: RoleRef {
            api_group: Some("rbac.authorization.k8s.io".to_owned()),
            kind: "Role".to_owned(),
            name: name.clone(),
        },
        subjects: Some(vec![Subject {
            kind: "ServiceAccount".to_owned(),
            name: account.to_owned(),
            namespace: Some(scope.team.namespace.clone()),
            ..Subject::default()
        }]),
    };
    let path = spec.path.join("rules");
    let mut places = Places::new(path.clone());
    for (index, _) in spec.rules.iter().enumerate() {
        let (pointer, path) = (format!("/rules/{index}"), path.join(&index.to_string()));
        for (field, key) in [
            ("apiGroups", "api-groups"),
            ("resources", "resources"),
            ("verbs", "verbs"),
            ("resourceNames", "resource-names"),
        ] {
            places.add(format!("{pointer}/{field}"), path.join(key));
        }
        places.add(pointer, path);
    }
    vec![scope.manifest(role, places), scope.manifest(binding, Places::new(path))]
}

fn policy_rule(rule: &spec::PolicyRule) -> PolicyRule {
    let list = |items: &Vec<String>| Some(items.clone()).filter(|items| !items.is_empty());
    PolicyRule {
        api_groups: list(&rule.api_groups),
        resources: list(&rule.resources),
        resource_names: list(&rule.resource_names),
        verbs: rule.verbs.clone(),
        ..PolicyRule::default()
    }
}
