//! Two who write the number of workers.

use crate::diagnostic::Severity;
use crate::lint::gitops::{self, Application, covers_replicas};
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
    for application in &applications {
        dropped_edits(application, findings);
        written_on_every_sync(application, findings);
    }
    let kustomizations: Vec<&Object<'_>> = gitops::kustomizations(subject).collect();
    if applications.is_empty() && kustomizations.is_empty() {
        return;
    }
    let clusters = subject.of_kind("RayCluster").flat_map(Object::ray_clusters).filter(RayCluster::autoscaling);
    for cluster in clusters {
        by_argo_cd(&applications, &cluster, findings);
        by_flux(&kustomizations, &cluster, findings);
    }
}

fn ignores_replicas(application: &Application<'_>, name: &str) -> bool {
    application.ignored("RayCluster", name).into_iter().any(covers_replicas)
}

/// Every entry, whatever cluster it is for.
fn ignores_any(application: &Application<'_>) -> bool {
    let entries = application.get("/ignoreDifferences").and_then(serde_json::Value::as_array);
    let names = entries.into_iter().flatten().map(|entry| entry["name"].as_str().unwrap_or_default());
    names.into_iter().any(|name| ignores_replicas(application, name))
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
    let Some(option) = application.option("RespectIgnoreDifferences").filter(|_| ignores_any(application)) else {
        return;
    };
    let message = "with `RespectIgnoreDifferences`, Argo CD takes the worker groups from the cluster whole: edits of their \
                   image, bounds or resources in Git are dropped without a word";
    findings.object(&application.object, &application.at(&option), message).add_help(
        "take it out; `ApplyOutOfSyncOnly=true` keeps the autoscaler's replicas as long as Git says nothing new",
    );
}

fn written_on_every_sync(application: &Application<'_>, findings: &mut Findings<'_>) {
    let settled =
        ["ApplyOutOfSyncOnly", "RespectIgnoreDifferences"].iter().any(|name| application.option(name).is_some());
    if settled || !ignores_any(application) {
        return;
    }
    let message = "Argo CD ignores the replicas when it compares, but every sync still writes them: a change of any other \
                   object undoes the autoscaler";
    findings
        .report(options(application, "/syncPolicy"), message)
        .add_help("add `ApplyOutOfSyncOnly=true` to `syncPolicy.syncOptions`");
}

fn by_argo_cd(applications: &[Application<'_>], cluster: &RayCluster<'_>, findings: &mut Findings<'_>) {
    let object = &cluster.object;
    let beside = |application: &&Application<'_>| application.object.environment_name == object.environment_name;
    if applications.iter().filter(beside).any(|application| ignores_replicas(application, object.name())) {
        return;
    }
    let syncs =
        |application: &&Application<'_>| application.is_automated() && application.may_reach(object.namespace());
    let Some(application) = applications.iter().filter(beside).find(syncs) else { return };
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

fn by_flux(kustomizations: &[&Object<'_>], cluster: &RayCluster<'_>, findings: &mut Findings<'_>) {
    let object = &cluster.object;
    let kept =
        ["IfNotPresent", "Ignore"].contains(&object.text("/metadata/annotations/kustomize.toolkit.fluxcd.io~1ssa"));
    let beside: Vec<&&Object<'_>> =
        kustomizations.iter().filter(|each| each.environment_name == object.environment_name).collect();
    if kept || beside.is_empty() {
        return;
    }
    let ignored: Vec<&str> =
        beside.iter().flat_map(|kustomization| gitops::ignored_by_flux(kustomization, object)).collect();
    let covered = |index: usize| {
        let group = format!("/spec/workerGroupSpecs/{index}");
        let replicas = format!("{group}/replicas");
        ignored.iter().any(|path| ["/spec/workerGroupSpecs", &group, &replicas].contains(path))
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
        "add `/spec/workerGroupSpecs/<index>/replicas` of each group to `spec.ignore`; a pointer has no wildcard",
    );
}
