//! Two who write the number of workers.

use std::collections::BTreeSet;

use crate::diagnostic::Severity;
use crate::lint::gitops::{self, Application, IgnoredByFlux};
use crate::lint::{Check, Findings, Group, Object, RayCluster, Rule, Subject};
use crate::resolve::SpecPath;
use crate::source::Span;

pub(super) static RULE: Rule = Rule {
    name: "replica-fight",
    group: Group::GitOps,
    summary: "Argo CD or Flux writes the replicas that Ray's autoscaler owns, or drops edits for its sake",
    severity: Severity::Error,
    page: include_str!("replica_fight.md"),
    check: Check::Everything(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let applications = gitops::applications(subject);
    for application in applications.iter().filter(|application| application.ignoring().next().is_some()) {
        dropped_edits(application, findings);
        written_on_every_sync(application, findings);
    }
    let kustomizations: Vec<&Object<'_>> = gitops::kustomizations(subject).collect();
    if applications.is_empty() && kustomizations.is_empty() {
        return;
    }
    let ignoring: BTreeSet<(&str, &str)> = applications
        .iter()
        .flat_map(|application| application.ignoring().map(|name| (application.object.environment_name, name)))
        .collect();
    let ignored = IgnoredByFlux::of(&kustomizations);
    let with_flux: BTreeSet<&str> = kustomizations.iter().map(|each| each.environment_name).collect();
    let clusters = subject.of_kind("RayCluster").flat_map(Object::ray_clusters).filter(RayCluster::autoscaling);
    for cluster in clusters {
        let object = &cluster.object;
        if ![object.name(), ""].iter().any(|name| ignoring.contains(&(object.environment_name, *name))) {
            by_argo_cd(&applications, &cluster, findings);
        }
        if with_flux.contains(object.environment_name) {
            by_flux(&ignored, &cluster, findings);
        }
    }
}

/// Where the sync options stand: once in the platform's file for all Applications that raygen renders.
fn options(application: &Application<'_>, pointer: &str) -> Span {
    let gitops = application.object.manifest().and_then(|manifest| manifest.environment.gitops.as_ref());
    match gitops {
        Some(gitops) => gitops.values.span(&SpecPath::new(["gitops", "argocd", "sync-options"])),
        None => application.object.span(&application.at(pointer)),
    }
}

fn dropped_edits(application: &Application<'_>, findings: &mut Findings<'_>) {
    let Some(option) = application.option("RespectIgnoreDifferences") else { return };
    let message = "with `RespectIgnoreDifferences`, Argo CD takes the worker groups from the cluster whole: edits of their \
                   image, bounds or resources in Git are dropped without a word";
    findings.report(options(application, &option), message).add_help(
        "take it out; `ApplyOutOfSyncOnly=true` keeps the autoscaler's replicas as long as Git says nothing new",
    );
}

fn written_on_every_sync(application: &Application<'_>, findings: &mut Findings<'_>) {
    if ["ApplyOutOfSyncOnly", "RespectIgnoreDifferences"].iter().any(|name| application.option(name).is_some()) {
        return;
    }
    let message = "Argo CD ignores the replicas when it compares, but every sync still writes them: a change of any other \
                   object undoes the autoscaler";
    findings
        .report(options(application, "/syncPolicy"), message)
        .add_help("add `ApplyOutOfSyncOnly=true` to `syncPolicy.syncOptions`");
}

/// A cluster whose replicas no Application ignores.
fn by_argo_cd(applications: &[Application<'_>], cluster: &RayCluster<'_>, findings: &mut Findings<'_>) {
    let object = &cluster.object;
    let syncs = |application: &&Application<'_>| {
        application.object.environment_name == object.environment_name
            && application.is_automated()
            && application.may_reach(object.namespace())
    };
    let Some(application) = applications.iter().find(syncs) else { return };
    let message = format!(
        "{} `{}` syncs RayCluster `{}` without ignoring its replicas: each sync undoes what the autoscaler did",
        application.object.kind(),
        application.object.name(),
        object.name()
    );
    findings
        .object(&application.object, &application.at("/syncPolicy/automated"), message)
        .add_label(object.span(&cluster.at("/enableInTreeAutoscaling")), "this cluster scales itself")
        .add_help(
            "add `.spec.workerGroupSpecs[]?.replicas` and `.scaleStrategy` to the `jqPathExpressions` of `ignoreDifferences`, \
             and `ApplyOutOfSyncOnly=true` to `syncOptions`",
        );
}

fn by_flux(ignored: &IgnoredByFlux<'_>, cluster: &RayCluster<'_>, findings: &mut Findings<'_>) {
    let object = &cluster.object;
    if ["IfNotPresent", "Ignore"].contains(&object.text("/metadata/annotations/kustomize.toolkit.fluxcd.io~1ssa")) {
        return;
    }
    let covered = |index: usize| {
        let group = format!("/spec/workerGroupSpecs/{index}");
        ignored.has(object, &["/spec/workerGroupSpecs", &group, &format!("{group}/replicas")])
    };
    let open: Vec<String> = cluster
        .groups()
        .enumerate()
        .filter(|(index, _)| !covered(*index))
        .map(|(index, group)| format!("`{}` (index {index})", group["groupName"].as_str().unwrap_or_default()))
        .collect();
    if open.is_empty() {
        return;
    }
    let message = format!(
        "Flux resets the replicas of RayCluster `{}` with every reconciliation: no Kustomization ignores those of {}",
        object.name(),
        open.join(", ")
    );
    findings.cluster(cluster, "/enableInTreeAutoscaling", message).add_help(
        "add `/spec/workerGroupSpecs/<index>/replicas` of each group to `spec.ignore`, which kustomize-controller has since \
         1.9; a pointer has no wildcard",
    );
}
