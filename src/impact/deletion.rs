//! What goes with an object that is deleted, and who asks before.

use super::{Effect, Verdict};
use crate::diff::Object;

/// A kind, what its deletion does, why, and who says so.
pub type Row = (&'static str, Verdict, &'static str, &'static str);

const OWNERS: &str = "Kubernetes garbage collection, owner references";

/// What goes with an object, by kind.
#[rustfmt::skip]
pub const DELETIONS: &[Row] = &[
    ("RayCluster",            Verdict::Delete,  "head, workers and all objects that the operator made for them are deleted", OWNERS),
    ("RayService",            Verdict::Delete,  "the service ends: its Ray clusters and Services are deleted", OWNERS),
    ("RayJob",                Verdict::Delete,  "a run that is on ends: its cluster and its submitter are deleted", OWNERS),
    ("RayCronJob",            Verdict::Delete,  "no further runs start, and those that are on are deleted", OWNERS),
    ("Job",                   Verdict::Delete,  "a run that is on ends, and its pods and logs are deleted", OWNERS),
    ("NodePool",              Verdict::Drain,   "all its nodes are drained and removed, whatever runs on them: budgets do not count", "Karpenter disruption.md: deleting a NodePool deletes its nodes; issue 2386"),
    ("EC2NodeClass",          Verdict::Drain,   "its pools launch no more nodes, and it stays until its nodes are gone", "Karpenter AWS provider nodeclass/controller.go, finalizer"),
    ("Namespace",             Verdict::Data,    "everything in it is deleted: Ray clusters, Secrets, and claims with the data that their reclaim policy does not keep", "Kubernetes namespace controller"),
    ("PersistentVolumeClaim", Verdict::Data,    "pods lose the volume when they end; with reclaim policy `Delete` the data go too, with `Retain` the volume has to be freed by hand", "Kubernetes volume/persistentvolume/pv_controller.go, reclaimVolume"),
    ("PersistentVolume",      Verdict::Data,    "it goes when its claim is gone; with reclaim policy `Retain` the file system itself stays, but no claim finds it", "Kubernetes volume/persistentvolume/pv_controller.go, reclaimVolume"),
    ("StorageClass",          Verdict::Data,    "volumes that exist stay, but none is made or grown any more", "Kubernetes docs, Storage Classes"),
    ("ServiceAccount",        Verdict::Pending, "running pods keep their token until it expires; pods that use it are no longer created", "Kubernetes ServiceAccount admission"),
    ("ConfigMap",             Verdict::Pending, "running pods keep what they have; pods that use it no longer start", "Kubernetes docs, ConfigMaps"),
    ("Secret",                Verdict::Pending, "running pods keep what they have; pods that use it no longer start", "Kubernetes docs, Secrets"),
    ("ExternalSecret",        Verdict::Pending, "the Secret it owns is deleted: running pods keep what they have, pods that use it no longer start", "External Secrets docs, creationPolicy Owner"),
    ("NetworkPolicy",         Verdict::Live,    "what it kept out may come in at once", "Kubernetes docs, Network Policies"),
    ("Ingress",               Verdict::Live,    "the way in is closed at once", "Kubernetes docs, Ingress"),
    ("HTTPRoute",             Verdict::Live,    "the way in is closed at once", "Gateway API docs, HTTPRoute"),
    ("PodDisruptionBudget",   Verdict::Live,    "evictions of its pods are no longer held back", "Kubernetes disruption controller"),
];

/// What becomes of an object that is no longer rendered; `renamed` is what it seems to be called now.
pub(super) fn effect(old: &Object<'_>, renamed: Option<&str>) -> Effect {
    let known = DELETIONS.iter().find(|(kind, ..)| *kind == old.kind());
    let (_, verdict, why, fact) = *known.unwrap_or(&("", Verdict::Live, "nothing that runs depends on it", OWNERS));
    let mut effect = Effect { verdict, fields: Vec::new(), reason: why.to_owned(), fact, command: None };
    if old.kind() == "RayCluster" && keeps_state_in_claim(old) {
        effect.verdict = Verdict::Data;
        effect.reason.push_str(", and with them the claim in which the GCS keeps its state");
    }
    match guard(old) {
        Some(Guard::Keeps) => {
            let command = match old.namespace() {
                "" => format!("kubectl delete {} {}", old.kind().to_lowercase(), old.name()),
                namespace => {
                    format!("kubectl delete {} --namespace {namespace} {}", old.kind().to_lowercase(), old.name())
                }
            };
            let reason = "its annotation tells Argo CD or Flux to leave it when it is no longer in Git".to_owned();
            effect = Effect { verdict: Verdict::Stale, reason, command: Some(command), ..effect };
            effect.fact = "Argo CD docs/user-guide/sync-options.md, Prune=false; Flux kustomizations.md, prune";
        }
        Some(Guard::Asks) => {
            effect.reason.push_str("; Argo CD waits, still syncing, until somebody confirms");
        }
        None => {}
    }
    if old.kind() == "Job" && renamed.is_some() {
        // What raygen submits has a name that changes with what is submitted: the new one takes the old one's place.
        effect.verdict = Verdict::Rerun;
    }
    if let Some(name) = renamed {
        effect.reason = format!("renamed to `{name}`, which is a deletion and a creation: {}", effect.reason);
    }
    effect
}

/// What keeps a GitOps tool from deleting.
enum Guard {
    Keeps,
    Asks,
}

fn guard(old: &Object<'_>) -> Option<Guard> {
    let annotation = |key: &str| old.value["metadata"]["annotations"][key].as_str().unwrap_or_default();
    let options = annotation("argocd.argoproj.io/sync-options");
    let flux = annotation("kustomize.toolkit.fluxcd.io/prune");
    if options.contains("Prune=confirm") {
        Some(Guard::Asks)
    } else if options.contains("Prune=false") || flux.eq_ignore_ascii_case("disabled") {
        Some(Guard::Keeps)
    } else {
        None
    }
}

/// The embedded store goes with its cluster unless it is told to stay (KubeRay `raycluster_types.go`, deletionPolicy).
fn keeps_state_in_claim(old: &Object<'_>) -> bool {
    let options = old.value.pointer("/spec/gcsFaultToleranceOptions");
    options.is_some_and(|options| {
        options["backend"] == "rocksdb"
            && options["storage"]["claimName"].is_null()
            && options["storage"]["deletionPolicy"] != "Retain"
    })
}
