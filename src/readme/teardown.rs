//! Removing a team, in an order that loses no node and no data by accident.

use super::page::{Page, listed, word};
use super::target::Target;
use crate::json::Value;
use crate::manifest::Manifest;
use crate::resolve::Team;

/// Cron jobs first, or they would start new runs.
const WORKLOADS: [&str; 4] = ["RayCronJob", "RayJob", "RayService", "RayCluster"];

pub(super) fn of_team(page: &mut Page, team: &Team, manifests: &[Manifest], targets: &[Target<'_>]) {
    let names = |kind: &str| -> Vec<&str> {
        manifests.iter().filter(|manifest| manifest.kind() == kind).map(Manifest::name).collect()
    };
    let namespace = format!("--namespace {}", word(&team.namespace));
    page.heading(2, "Tear down");
    page.text(&format!(
        "First take it out of Git, or GitOps makes it anew: the tables of the workloads out of `{}`, later the file. \
         What is not pruned by itself, or waits to be confirmed, is deleted in this order.",
        team.values.source
    ));
    for sentence in guards(team) {
        page.text(&sentence);
    }
    page.text("1. The workloads, until no pod of theirs is left. Pods that may not be disrupted keep their nodes.");
    let mut commands: Vec<String> = WORKLOADS
        .iter()
        .flat_map(|kind| names(kind).into_iter().map(move |name| format!("{}/{name}", kind.to_lowercase())))
        .map(|object| format!("kubectl delete {namespace} {object}"))
        .collect();
    commands
        .push(format!("kubectl wait {namespace} --for=delete pods --selector=ray.io/is-ray-node=yes --timeout=15m"));
    page.commands(&commands);
    nodes(page, &names("NodePool"), &names("EC2NodeClass"), targets);
    storage(page, &namespace, manifests, &names);
    let namespaces = names("Namespace");
    if !namespaces.is_empty() {
        page.text("Last, the Namespace with all that is still in it:");
        page.commands(&[format!("kubectl delete namespace {}", namespaces.join(" "))]);
    }
}

/// What the tools that sync the team do with what ends work or loses data, once Git no longer has it.
fn guards(team: &Team) -> Vec<String> {
    let mut sentences = Vec::new();
    if let Some(gitops) = &team.environment.gitops {
        if gitops.argo_cd.is_some() {
            sentences.push(format!(
                "Argo CD deletes RayClusters, RayServices, pools, storage and the Namespace only when someone confirms it, in its \
                 Applications `{0}-{1}` and `{0}`.",
                gitops.name, team.name
            ));
        }
        if gitops.flux.is_some() {
            sentences.push(
                "Flux deletes no RayCluster, RayService, pool, storage or Namespace: that is for these commands to do."
                    .to_owned(),
            );
        }
    }
    sentences
}

/// Deleting a pool drains and deletes its nodes, and a class waits for the nodes of its pools (Karpenter's finalizers).
fn nodes(page: &mut Page, pools: &[&str], classes: &[&str], targets: &[Target<'_>]) {
    let mut commands = Vec::new();
    if !pools.is_empty() {
        commands.push(format!("kubectl delete nodepools {}", pools.join(" ")));
    }
    if !classes.is_empty() {
        commands.push(format!("kubectl delete ec2nodeclasses {}", classes.join(" ")));
    }
    if !commands.is_empty() {
        page.text("2. The pools, which drain and end their nodes, then their classes:");
        page.commands(&commands);
    }
    let mut shared: Vec<&str> = targets.iter().flat_map(Target::pools).filter(|pool| !pools.contains(pool)).collect();
    shared.sort_unstable();
    shared.dedup();
    if !shared.is_empty() {
        page.text(&format!("Other teams use {} too: leave it to the platform.", listed(shared)));
    }
}

fn storage<'a>(page: &mut Page, namespace: &str, manifests: &'a [Manifest], names: &impl Fn(&str) -> Vec<&'a str>) {
    let kinds = [
        ("PersistentVolumeClaim", format!("persistentvolumeclaims {namespace}")),
        ("PersistentVolume", "persistentvolumes".to_owned()),
        ("StorageClass", "storageclasses".to_owned()),
    ];
    let commands: Vec<String> = kinds
        .iter()
        .filter(|(kind, _)| !names(kind).is_empty())
        .map(|(kind, plural)| format!("kubectl delete {plural} {}", names(kind).join(" ")))
        .collect();
    if commands.is_empty() {
        return;
    }
    page.text("3. Storage, when nobody needs what is on it:");
    page.commands(&commands);
    let kept = |manifest: &Manifest| {
        let pointers = ["/spec/persistentVolumeReclaimPolicy", "/reclaimPolicy"];
        pointers.iter().any(|pointer| manifest.object.pointer(pointer).and_then(Value::as_str) == Some("Retain"))
    };
    let kept: Vec<&str> = manifests.iter().filter(|manifest| kept(manifest)).map(Manifest::name).collect();
    if !kept.is_empty() {
        page.text(&format!(
            "What is behind {} stays in AWS, with its data and its costs, until it is deleted there.",
            listed(kept)
        ));
    }
}
