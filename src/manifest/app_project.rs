//! AppProject (`argoproj.io/v1alpha1`): what a team's Application may create, and where.

use std::collections::BTreeSet;

use serde::Serialize;

use super::application::{Cluster, NOWHERE};
use super::gitops::group_kind;
use super::metadata::Metadata;
use super::{Manifest, to_value};
use crate::json::Value;
use crate::resolve::{ArgoCd, Environment, GitOps, Team};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AppProject {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata,
    spec: Spec,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Spec {
    description: String,
    source_repos: [String; 1],
    destinations: Vec<Destination>,
    cluster_resource_whitelist: Vec<ClusterKind>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    namespace_resource_whitelist: Vec<Kind>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    namespace_resource_blacklist: Vec<Kind>,
}

#[derive(Serialize)]
struct Destination {
    #[serde(flatten)]
    cluster: Cluster,
    namespace: String,
}

#[derive(Serialize)]
struct Kind {
    group: String,
    kind: String,
}

#[derive(Serialize)]
struct ClusterKind {
    group: &'static str,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

/// The cluster-scoped kinds that raygen renders outside of teams' directories.
const OF_CLUSTER: [(&str, &str); 4] = [
    ("", "PersistentVolume"),
    ("karpenter.k8s.aws", "EC2NodeClass"),
    ("karpenter.sh", "NodePool"),
    ("storage.k8s.io", "StorageClass"),
];

/// The project of one team: exactly the kinds that are rendered, in the team's own Namespace and where its monitors stand.
pub(super) fn of_team(team: &Team, gitops: &GitOps, argo_cd: &ArgoCd, manifests: &[Manifest]) -> Value {
    let own = || manifests.iter().filter(|manifest| manifest.namespace().is_some());
    let namespaces: BTreeSet<&str> = own().filter_map(Manifest::namespace).chain([team.namespace.as_str()]).collect();
    let kinds: BTreeSet<(&str, &str)> = own().map(group_kind).collect();
    let whitelist =
        kinds.into_iter().map(|(group, kind)| Kind { group: group.to_owned(), kind: kind.to_owned() }).collect();
    to_value(AppProject {
        api_version: "argoproj.io/v1alpha1",
        kind: "AppProject",
        metadata: Metadata::of_wiring(Some(&team.name), &format!("{}-{}", gitops.name, team.name), &argo_cd.namespace),
        spec: Spec {
            description: format!("Ray clusters of {} on {}", team.name, team.environment.spec.eks_cluster),
            source_repos: [argo_cd.repo_url.clone()],
            destinations: namespaces
                .into_iter()
                .map(|namespace| Destination { cluster: Cluster::of(argo_cd), namespace: namespace.to_owned() })
                .collect(),
            // Cluster-scoped objects are in no destination, so the name is what keeps other Namespaces out of reach.
            cluster_resource_whitelist: vec![ClusterKind {
                group: "",
                kind: "Namespace",
                name: Some(team.namespace.clone()),
            }],
            namespace_resource_whitelist: whitelist,
            namespace_resource_blacklist: Vec::new(),
        },
    })
}

/// The project of `_cluster`, which has nothing in namespaces.
pub(super) fn of_cluster(environment: &Environment, gitops: &GitOps, argo_cd: &ArgoCd) -> Value {
    to_value(AppProject {
        api_version: "argoproj.io/v1alpha1",
        kind: "AppProject",
        metadata: Metadata::of_wiring(None, &gitops.name, &argo_cd.namespace),
        spec: Spec {
            description: format!("Nodes and volumes of Ray clusters on {}", environment.spec.eks_cluster),
            source_repos: [argo_cd.repo_url.clone()],
            destinations: vec![Destination { cluster: Cluster::of(argo_cd), namespace: NOWHERE.to_owned() }],
            cluster_resource_whitelist: OF_CLUSTER
                .into_iter()
                .map(|(group, kind)| ClusterKind { group, kind, name: None })
                .collect(),
            namespace_resource_whitelist: Vec::new(),
            namespace_resource_blacklist: vec![Kind { group: "*".to_owned(), kind: "*".to_owned() }],
        },
    })
}
