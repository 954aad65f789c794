//! Application (`argoproj.io/v1alpha1`), by itself and as the template of an ApplicationSet.

use serde::Serialize;

use super::gitops::QUEUE;
use super::metadata::Metadata;
use super::{Manifest, to_value};
use crate::json::Value;
use crate::resolve::{ArgoCd, Destination, GitOps, Team};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Application {
    api_version: &'static str,
    kind: &'static str,
    metadata: WithFinalizers,
    spec: Spec,
}

/// Without the finalizer a team that leaves would leave its objects, and its GPUs, running; with it they go, each guarded
/// one when a person has confirmed (Argo CD `docs/user-guide/app_deletion.md`).
#[derive(Serialize)]
struct WithFinalizers {
    #[serde(flatten)]
    metadata: Metadata,
    finalizers: [&'static str; 1],
}

pub(super) const FINALIZER: &str = "resources-finalizer.argocd.argoproj.io";

/// `spec` of an Application.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Spec {
    project: String,
    source: Source,
    destination: Target,
    sync_policy: SyncPolicy,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ignore_differences: Vec<IgnoredDifference>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Source {
    #[serde(rename = "repoURL")]
    repo_url: String,
    target_revision: String,
    path: String,
    directory: Directory,
}

#[derive(Serialize)]
struct Directory {
    recurse: bool,
}

/// A cluster, by the URL of its API server or by its name in Argo CD.
#[derive(Serialize)]
pub(super) struct Cluster {
    #[serde(skip_serializing_if = "Option::is_none")]
    server: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

impl Cluster {
    pub(super) fn of(argo_cd: &ArgoCd) -> Self {
        match argo_cd.destination.clone() {
            Destination::Server(url) => Self { server: Some(url), name: None },
            Destination::Name(name) => Self { server: None, name: Some(name) },
        }
    }
}

#[derive(Serialize)]
struct Target {
    #[serde(flatten)]
    cluster: Cluster,
    namespace: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SyncPolicy {
    #[serde(skip_serializing_if = "Option::is_none")]
    automated: Option<Automated>,
    sync_options: Vec<String>,
    retry: Retry,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Automated {
    prune: bool,
    self_heal: bool,
}

#[derive(Serialize)]
struct Retry {
    limit: i64,
    backoff: Backoff,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Backoff {
    duration: String,
    factor: i64,
    max_duration: String,
}

/// What someone else writes while the object runs.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct IgnoredDifference {
    group: &'static str,
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<String>,
    jq_path_expressions: Vec<String>,
}

/// A namespace for what has none. Every cluster has it, and nothing goes there.
pub(super) const NOWHERE: &str = "default";

/// The fields that Ray's autoscaler writes (`v2/instance_manager/cloud_providers/kuberay/cloud_provider.py`). A fixed
/// number of replicas is Git's, and its edits must not be ignored.
const AUTOSCALED: [&str; 2] = [".spec.workerGroupSpecs[]?.replicas", ".spec.workerGroupSpecs[]?.scaleStrategy"];

/// Kinds that Kueue suspends and lets run.
pub(super) const QUEUED: [&str; 3] = ["RayCluster", "RayJob", "RayService"];

/// The Application of one team.
pub(super) fn of_team(team: &Team, gitops: &GitOps, argo_cd: &ArgoCd, manifests: &[Manifest]) -> Value {
    let name = format!("{}-{}", gitops.name, team.name);
    let path = format!("{}/{}", gitops.path, team.name);
    let ignored = manifests.iter().filter_map(ignored).collect();
    application(
        Some(&team.name),
        &name,
        argo_cd,
        spec(gitops, argo_cd, name.clone(), path, team.namespace.clone(), ignored),
    )
}

/// The Application of the cluster-scoped objects.
pub(super) fn of_cluster(gitops: &GitOps, argo_cd: &ArgoCd) -> Value {
    let name = &gitops.name;
    let path = format!("{}/_cluster", gitops.path);
    application(None, name, argo_cd, spec(gitops, argo_cd, name.clone(), path, NOWHERE.to_owned(), Vec::new()))
}

fn application(team: Option<&str>, name: &str, argo_cd: &ArgoCd, spec: Spec) -> Value {
    let metadata = Metadata::of_wiring(team, name, &argo_cd.namespace);
    to_value(Application {
        api_version: "argoproj.io/v1alpha1",
        kind: "Application",
        metadata: WithFinalizers { metadata, finalizers: [FINALIZER] },
        spec,
    })
}

/// `spec` of the Application that syncs one directory.
pub(super) fn spec(
    gitops: &GitOps,
    argo_cd: &ArgoCd,
    project: String,
    path: String,
    namespace: String,
    ignore_differences: Vec<IgnoredDifference>,
) -> Spec {
    Spec {
        project,
        source: Source {
            repo_url: argo_cd.repo_url.clone(),
            target_revision: argo_cd.revision.clone(),
            path,
            directory: Directory { recurse: false },
        },
        destination: Target { cluster: Cluster::of(argo_cd), namespace },
        sync_policy: SyncPolicy {
            automated: gitops.automated.then_some(Automated { prune: true, self_heal: true }),
            sync_options: sync_options(argo_cd),
            retry: Retry {
                limit: argo_cd.retries,
                backoff: Backoff {
                    duration: argo_cd.backoff.clone(),
                    factor: argo_cd.backoff_factor,
                    max_duration: argo_cd.longest_backoff.clone(),
                },
            },
        },
        ignore_differences,
    }
}

/// Differences that are ignored keep an object in sync, and with `ApplyOutOfSyncOnly` what is in sync is not written, so
/// that the autoscaler's numbers stay. Never `RespectIgnoreDifferences`: in a list it takes the live items whole, and an
/// edit of any other field of a worker group is dropped without a word (Argo CD `controller/sync.go`,
/// normalizeTargetResources).
fn sync_options(argo_cd: &ArgoCd) -> Vec<String> {
    let mut options = argo_cd.sync_options.clone();
    for option in ["ApplyOutOfSyncOnly=true", "FailOnSharedResource=true", "PruneLast=true"] {
        let key = option.split_once('=').map_or(option, |(key, _)| key);
        if !options.iter().any(|own| own.split_once('=').is_some_and(|(own, _)| own == key)) {
            options.push(option.to_owned());
        }
    }
    options.sort();
    options
}

/// What the cluster writes into one object.
fn ignored(manifest: &Manifest) -> Option<IgnoredDifference> {
    let mut paths = Vec::new();
    if manifest.kind() == "RayCluster" && manifest.object["spec"]["enableInTreeAutoscaling"] == true {
        paths.extend(AUTOSCALED.map(str::to_owned));
    }
    if is_queued(manifest) {
        paths.push(".spec.suspend".to_owned());
    }
    (!paths.is_empty()).then(|| IgnoredDifference {
        group: "ray.io",
        kind: manifest.kind().to_owned(),
        name: Some(manifest.name().to_owned()),
        namespace: manifest.namespace().map(str::to_owned),
        jq_path_expressions: paths,
    })
}

/// Whether Kueue decides when the object runs.
pub(super) fn is_queued(manifest: &Manifest) -> bool {
    QUEUED.contains(&manifest.kind()) && manifest.object["metadata"]["labels"][QUEUE].is_string()
}

/// The same for whatever objects a team has or will have: each path selects by the object itself.
pub(super) fn ignored_of_any() -> Vec<IgnoredDifference> {
    let of_kind = |kind: &str| {
        let mut paths = Vec::new();
        if kind == "RayCluster" {
            paths.extend(AUTOSCALED.map(|path| format!("select(.spec.enableInTreeAutoscaling){path}")));
        }
        paths.push(format!("select(.metadata.labels[\"{QUEUE}\"]).spec.suspend"));
        IgnoredDifference {
            group: "ray.io",
            kind: kind.to_owned(),
            name: None,
            namespace: None,
            jq_path_expressions: paths,
        }
    };
    QUEUED.into_iter().map(of_kind).collect()
}
