//! The team's Namespace and its ServiceAccounts.

use k8s_openapi::api::core::v1::{Namespace, ServiceAccount};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::{Manifest, Places, Scope, metadata};
use crate::resolve::SpecPath;

/// The Namespace. Baseline is enforced unless the spec says otherwise, for KubeRay's own submitter pods do not meet
/// restricted; what raygen renders does, and a warning tells where something else does not.
pub(super) fn namespace(scope: &Scope<'_>) -> Manifest {
    let team = scope.team;
    let mut labels = metadata::labels(Some(&team.name), &team.labels);
    let security = &team.pod_security;
    let levels = [("enforce", Some(security.enforce)), ("audit", security.audit), ("warn", Some(security.warn))];
    for (mode, level) in levels.into_iter().filter_map(|(mode, level)| Some((mode, level?))) {
        let label = format!("pod-security.kubernetes.io/{mode}");
        labels.extend(security.version.clone().map(|version| (format!("{label}-version"), version)));
        labels.insert(label, level.as_str().to_owned());
    }
    let mut annotations = team.annotations.clone();
    annotations.extend(team.owner.clone().map(|owner| ("raygen.dev/owner".into(), owner)));
    annotations.extend(team.cost_center.clone().map(|center| ("raygen.dev/cost-center".into(), center)));
    let namespace = Namespace {
        metadata: ObjectMeta {
            name: Some(team.namespace.clone()),
            labels: Some(labels),
            annotations: Some(annotations).filter(|annotations| !annotations.is_empty()),
            ..ObjectMeta::default()
        },
        ..Namespace::default()
    };
    let mut places = Places::new(SpecPath::default());
    places.add("/metadata/name", SpecPath::new(["namespace"]));
    places.add("/metadata/labels", SpecPath::new(["labels"]));
    places.add("/metadata/annotations", SpecPath::new(["annotations"]));
    for mode in ["enforce", "audit", "warn"] {
        let (pointer, path) = ("/metadata/labels/pod-security.kubernetes.io~1", SpecPath::new(["pod-security"]));
        places.add(format!("{pointer}{mode}"), path.join(mode));
        places.add(format!("{pointer}{mode}-version"), path.join("version"));
    }
    scope.manifest(namespace, places)
}

/// The ServiceAccounts that the team's pods name and that do not exist elsewhere. With EKS Pod Identity the association
/// lives in the EKS API, so only the name matters.
pub(super) fn service_accounts(scope: &Scope<'_>) -> Vec<Manifest> {
    let team = scope.team;
    let account = |(name, account): (&String, &crate::resolve::ServiceAccount)| {
        let mut annotations = team.annotations.clone();
        annotations.extend(account.annotations.clone());
        annotations.extend(account.role_arn.clone().map(|role| ("eks.amazonaws.com/role-arn".into(), role)));
        let object = ServiceAccount {
            metadata: ObjectMeta {
                name: Some(name.clone()),
                namespace: Some(team.namespace.clone()),
                labels: Some(metadata::labels(Some(&team.name), &team.labels)),
                annotations: Some(annotations).filter(|annotations| !annotations.is_empty()),
                ..ObjectMeta::default()
            },
            ..ServiceAccount::default()
        };
        scope.manifest(object, Places::new(account.path.clone()))
    };
    team.service_accounts.iter().map(account).collect()
}
