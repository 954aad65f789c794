//! What Argo CD and Flux need: annotations of the objects, and the objects that make the tools sync them.
//!
//! A team's wiring depends on that team alone and an environment's on the platform alone: a new team touches no file of
//! another one, and rendering one team leaves the rest current.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Manifest, Places, Text, app_project, application, application_set, kustomization, to_value};
use crate::health;
use crate::json::{Map, Value};
use crate::resolve::{Environment, GitOps, SpecPath, Team};
use crate::spec::GitOpsTool;
use crate::yaml;

/// The directory of all wiring, below the output directory and outside of every path that is synced.
pub const DIRECTORY: &str = "_gitops";

/// Kueue's label with the queue that a workload waits in; Kueue then owns `spec.suspend`.
pub(super) const QUEUE: &str = "kueue.x-k8s.io/queue-name";

/// Annotation that orders objects within a sync of Argo CD.
const SYNC_WAVE: &str = "argocd.argoproj.io/sync-wave";
/// Annotation with an object's sync options of Argo CD, separated by commas.
const SYNC_OPTIONS: &str = "argocd.argoproj.io/sync-options";
/// Annotation that keeps Flux from deleting an object that Git no longer has.
const FLUX_PRUNE: &str = "kustomize.toolkit.fluxcd.io/prune";

/// Kinds whose deletion ends running work, drains nodes or loses data: a slip in Git must not be enough for it. A Namespace
/// takes its claims and Ray clusters along.
const GUARDED: [&str; 8] = [
    "EC2NodeClass",
    "Namespace",
    "NodePool",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "RayCluster",
    "RayService",
    "StorageClass",
];

/// Waves before the first. Argo CD waits until all objects of a wave are healthy (`docs/user-guide/sync-waves.md`), so only
/// what becomes healthy by itself may go first: a node class by its subnets and images, a pool by its class. A claim that
/// waits for its first pod, or an Ingress that waits for its Service, would hold up what it waits for.
const WAVES: [(&str, &str); 2] = [("EC2NodeClass", "-2"), ("NodePool", "-1")];

/// Adds what the environment's tools read from the objects themselves. What the specs say about it stands.
pub(super) fn annotate(environment: &Environment, manifests: &mut [Manifest]) {
    let Some(gitops) = &environment.gitops else { return };
    for manifest in manifests {
        let kind = manifest.kind().to_owned();
        let guarded = GUARDED.contains(&kind.as_str());
        let wave = WAVES.iter().find(|(first, _)| *first == kind).map(|(_, wave)| *wave);
        if !guarded && wave.is_none() {
            continue;
        }
        let mut annotations = annotations(&manifest.object);
        if gitops.argo_cd.is_some() {
            if let Some(wave) = wave {
                annotations.entry(SYNC_WAVE.to_owned()).or_insert_with(|| wave.to_owned());
            }
            if guarded {
                let own = annotations.remove(SYNC_OPTIONS).unwrap_or_default();
                annotations.insert(SYNC_OPTIONS.to_owned(), confirmed(&own));
            }
        }
        if gitops.flux.is_some() && guarded {
            annotations.entry(FLUX_PRUNE.to_owned()).or_insert_with(|| "Disabled".to_owned());
        }
        manifest.object["metadata"]["annotations"] = to_value(annotations);
    }
}

fn annotations(object: &Value) -> BTreeMap<String, String> {
    let own = object["metadata"]["annotations"].as_object().into_iter().flat_map(Map::iter);
    own.filter_map(|(key, value)| Some((key.to_owned(), value.as_str()?.to_owned()))).collect()
}

/// An object's own sync options, with pruning and deletion confirmed by a person unless they say otherwise.
fn confirmed(own: &str) -> String {
    let mut options: Vec<&str> = own.split(',').map(str::trim).filter(|option| !option.is_empty()).collect();
    for (option, confirm) in [("Prune=", "Prune=confirm"), ("Delete=", "Delete=confirm")] {
        if !options.iter().any(|own| own.starts_with(option)) {
            options.push(confirm);
        }
    }
    options.join(",")
}

/// What one team's directory is synced by.
pub(super) fn of_team(team: &Team, manifests: &[Manifest]) -> Vec<Manifest> {
    let Some(gitops) = &team.environment.gitops else { return Vec::new() };
    let manifest = |object| Manifest {
        environment: Arc::clone(&team.environment),
        team: Some(team.name.clone()),
        workload: None,
        object,
        values: Arc::clone(&team.values),
        places: Places::new(SpecPath::default()),
    };
    let mut wiring = Vec::new();
    if let Some(argo_cd) = &gitops.argo_cd {
        wiring.push(manifest(app_project::of_team(team, gitops, argo_cd, manifests)));
        if !argo_cd.application_set {
            wiring.push(manifest(application::of_team(team, gitops, argo_cd, manifests)));
        }
    }
    if let Some(flux) = &gitops.flux {
        wiring.push(manifest(kustomization::of_team(team, gitops, flux, manifests)));
    }
    wiring
}

/// What the environment's cluster-scoped objects are synced by, and its ApplicationSet; nothing where nothing is rendered
/// for it.
pub(super) fn of_environment(environment: &Arc<Environment>, manifests: &[Manifest]) -> Vec<Manifest> {
    let Some(gitops) = &environment.gitops else { return Vec::new() };
    let own = || manifests.iter().filter(|manifest| manifest.environment.name == environment.name);
    let has_teams = own().any(|manifest| manifest.kind() == "Namespace");
    let has_cluster = own().any(Manifest::is_of_cluster);
    let mut wiring = Vec::new();
    let mut add = |object: Value, places: Places| {
        wiring.push(Manifest {
            environment: Arc::clone(environment),
            team: None,
            workload: None,
            object,
            values: Arc::clone(&gitops.values),
            places,
        });
    };
    if let Some(argo_cd) = &gitops.argo_cd {
        if has_cluster {
            add(app_project::of_cluster(environment, gitops, argo_cd), places(gitops, ""));
            add(application::of_cluster(gitops, argo_cd), places(gitops, ""));
        }
        if has_teams && argo_cd.application_set {
            add(application_set::of_teams(gitops, argo_cd), places(gitops, "/spec/template"));
        }
    }
    if let Some(flux) = gitops.flux.as_ref().filter(|_| has_cluster) {
        add(kustomization::of_cluster(gitops, flux), places(gitops, ""));
    }
    wiring
}

/// Where the parts of an Application, or of a template below `prefix`, come from.
fn places(gitops: &GitOps, prefix: &str) -> Places {
    let mut places = Places::new(gitops.place.clone());
    let platform = |key: &str| SpecPath::new(["gitops"]).join(key);
    for (pointer, key) in [
        ("/spec/destination", "destination"),
        ("/spec/source/targetRevision", "revision"),
        ("/spec/syncPolicy/automated", "automated"),
    ] {
        places.add(format!("{prefix}{pointer}"), gitops.place.join(key));
    }
    places.add(format!("{prefix}/spec/source/repoURL"), platform("repo-url"));
    places.add(format!("{prefix}/spec/syncPolicy/syncOptions"), platform("argocd").join("sync-options"));
    places.add(format!("{prefix}/spec/syncPolicy/retry"), platform("argocd").join("retry"));
    places
}

/// The patch that teaches Argo CD the health of Ray's kinds. It is no object: one named `argocd-cm` would take Argo CD's
/// other settings away.
pub(super) fn patch(environment: &Environment) -> Option<Text> {
    let gitops = environment.gitops.as_ref()?;
    gitops.argo_cd.as_ref()?;
    Some(Text {
        path: format!("{DIRECTORY}/{}/argocd-cm-patch.yaml", environment.name),
        source: gitops.values.source.clone(),
        text: yaml::emit(&health::argo_cd_patch()),
    })
}

/// The tool that reads objects of this API group.
pub(super) fn reader(api_version: &str) -> Option<GitOpsTool> {
    match api_version.split('/').next() {
        Some("argoproj.io") => Some(GitOpsTool::ArgoCd),
        Some("kustomize.toolkit.fluxcd.io") => Some(GitOpsTool::Flux),
        _ => None,
    }
}

/// Group and kind of an object.
pub(super) fn group_kind(manifest: &Manifest) -> (&str, &str) {
    let group = manifest.api_version().rsplit_once('/').map_or("", |(group, _)| group);
    (group, manifest.kind())
}
