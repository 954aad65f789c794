//! Kustomization (`kustomize.toolkit.fluxcd.io/v1`): what Flux applies, and when that is healthy.

use serde::Serialize;

use super::application::is_queued;
use super::metadata::Metadata;
use super::{Manifest, to_value};
use crate::health::{self, Expressions};
use crate::json::Value;
use crate::resolve::{Flux, GitOps, Team};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Kustomization {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata,
    spec: Spec,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Spec {
    interval: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_interval: Option<String>,
    timeout: String,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    suspend: bool,
    source_ref: SourceRef,
    path: String,
    prune: bool,
    deletion_policy: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_account_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kube_config: Option<KubeConfig>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    depends_on: Vec<Dependency>,
    wait: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    health_checks: Vec<Checked>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    health_check_exprs: Vec<&'static Expressions>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ignore: Vec<Ignored>,
}

#[derive(Serialize)]
struct SourceRef {
    kind: &'static str,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct KubeConfig {
    secret_ref: SecretRef,
}

#[derive(Serialize)]
struct SecretRef {
    name: String,
}

#[derive(Serialize)]
struct Dependency {
    name: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Checked {
    api_version: String,
    kind: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<String>,
}

#[derive(Serialize)]
struct Ignored {
    paths: Vec<String>,
    target: IgnoredTarget,
}

#[derive(Serialize)]
struct IgnoredTarget {
    group: &'static str,
    kind: String,
    name: String,
    namespace: Option<String>,
}

/// The Kustomization of one team's directory.
pub(super) fn of_team(team: &Team, gitops: &GitOps, flux: &Flux, manifests: &[Manifest]) -> Value {
    let name = format!("{}-{}", gitops.name, team.name);
    let path = format!("./{}/{}", gitops.path, team.name);
    // A team whose pods all run on shared pools has no pool of its own and still needs those.
    let needs_nodes = !team.workloads.is_empty() || manifests.iter().any(Manifest::is_of_cluster);
    let checked: Vec<&Manifest> = manifests.iter().filter(|manifest| is_checked(manifest)).collect();
    let expressions = health::FLUX.iter().filter(|each| checked.iter().any(|manifest| manifest.kind() == each.kind));
    let spec = Spec {
        depends_on: needs_nodes.then(|| Dependency { name: gitops.name.clone() }).into_iter().collect(),
        health_check_exprs: expressions.collect(),
        health_checks: checked.into_iter().map(checked_object).collect(),
        ignore: manifests.iter().filter(|_| flux.ignores).filter_map(ignored).collect(),
        ..spec(gitops, flux, path)
    };
    kustomization(Some(&team.name), &name, flux, spec)
}

/// The Kustomization of the cluster-scoped objects. It does not wait for them: one team's pool that cannot start would hold
/// up all teams. Each team's own Kustomization watches the team's pools instead.
pub(super) fn of_cluster(gitops: &GitOps, flux: &Flux) -> Value {
    kustomization(None, &gitops.name, flux, spec(gitops, flux, format!("./{}/_cluster", gitops.path)))
}

fn kustomization(team: Option<&str>, name: &str, flux: &Flux, spec: Spec) -> Value {
    to_value(Kustomization {
        api_version: "kustomize.toolkit.fluxcd.io/v1",
        kind: "Kustomization",
        metadata: Metadata::of_wiring(team, name, &flux.namespace),
        spec,
    })
}

fn spec(gitops: &GitOps, flux: &Flux, path: String) -> Spec {
    Spec {
        interval: flux.interval.clone(),
        retry_interval: flux.retry_interval.clone(),
        timeout: flux.timeout.clone(),
        suspend: !gitops.automated,
        source_ref: SourceRef {
            kind: flux.source_kind.as_str(),
            name: flux.source_name.clone(),
            namespace: flux.source_namespace.clone(),
        },
        path,
        prune: true,
        // Whoever deletes a Kustomization, by a slip or to move it, does not mean running clusters.
        deletion_policy: "Orphan",
        service_account_name: flux.service_account.clone(),
        kube_config: flux.kubeconfig_secret.clone().map(|name| KubeConfig { secret_ref: SecretRef { name } }),
        depends_on: Vec::new(),
        wait: false,
        health_checks: Vec::new(),
        health_check_exprs: Vec::new(),
        ignore: Vec::new(),
    }
}

/// Objects that Flux watches: those that are to run, and whose status keeps up. Flux takes an object whose
/// `status.observedGeneration` lags for unfinished (fluxcd/pkg `runtime/cel/status_evaluator.go`), and KubeRay writes that of
/// a RayCluster only together with other changes (`utils/consistency.go`), of which an edit that waits for new pods makes
/// none. Where every edit makes new pods it does.
fn is_checked(manifest: &Manifest) -> bool {
    let spec = &manifest.object["spec"];
    let runs = spec["suspend"] != true && !is_queued(manifest);
    match manifest.kind() {
        "EC2NodeClass" | "NodePool" => true,
        "RayService" => runs,
        "RayCluster" => runs && spec["upgradeStrategy"]["type"] == "Recreate",
        _ => false,
    }
}

fn checked_object(manifest: &Manifest) -> Checked {
    Checked {
        api_version: manifest.api_version().to_owned(),
        kind: manifest.kind().to_owned(),
        name: manifest.name().to_owned(),
        namespace: manifest.namespace().map(str::to_owned),
    }
}

/// What the cluster writes into one object. The paths are JSON Pointers, which have no wildcard: one per worker group
/// (kustomize-controller v1.9, `spec.ignore`).
fn ignored(manifest: &Manifest) -> Option<Ignored> {
    let spec = &manifest.object["spec"];
    let mut paths = Vec::new();
    if manifest.kind() == "RayCluster" && spec["enableInTreeAutoscaling"] == true {
        for group in 0..spec["workerGroupSpecs"].as_array().map_or(0, Vec::len) {
            paths.push(format!("/spec/workerGroupSpecs/{group}/replicas"));
            paths.push(format!("/spec/workerGroupSpecs/{group}/scaleStrategy"));
        }
    }
    if is_queued(manifest) {
        paths.push("/spec/suspend".to_owned());
    }
    (!paths.is_empty()).then(|| Ignored {
        paths,
        target: IgnoredTarget {
            group: "ray.io",
            kind: manifest.kind().to_owned(),
            name: manifest.name().to_owned(),
            namespace: manifest.namespace().map(str::to_owned),
        },
    })
}
