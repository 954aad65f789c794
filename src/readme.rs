//! The README of a team in one environment: how to reach, use, change and remove what was rendered for it.
//!
//! It says nothing that the objects do not: names, ports, Secrets and pools are read from them. It lies beside them, for
//! nothing that syncs the directory reads it: Argo CD takes the files that end with `yaml`, `yml`, `json` or `jsonnet`
//! (`reposerver/repository/repository.go`), and Flux generates its kustomization from YAML alone.

mod access;
mod change;
mod job;
mod observe;
mod page;
mod target;
mod teardown;

use self::page::{Page, line, listed, word};
use self::target::Target;
use crate::manifest::Manifest;
use crate::resolve::Team;
use crate::spec::WorkloadKind;

/// The README of a team, from the objects that were rendered for it.
pub fn of_team(team: &Team, manifests: &[Manifest]) -> String {
    let mut page = Page::default();
    let targets = Target::all(team, manifests);
    introduction(&mut page, team, &targets);
    connect(&mut page, team);
    for target in &targets {
        of_workload(&mut page, target);
    }
    for selected in &team.selected_jobs {
        job::on_selected(&mut page, team, selected, &targets);
    }
    teardown::of_team(&mut page, team, manifests, &targets);
    page.into_text()
}

fn introduction(page: &mut Page, team: &Team, targets: &[Target<'_>]) {
    let environment = &team.environment;
    page.heading(1, &format!("{} in {}", team.name, environment.name));
    let owner = team.owner.as_deref().map(|owner| format!(" Owner: {}.", line(owner))).unwrap_or_default();
    page.text(&format!(
        "Namespace `{}` of the EKS cluster `{}` in {}.{owner} Everything here is rendered from `{}`: change that file, \
         run `raygen render` and merge. What is changed in the cluster by hand is not in Git and may be undone.",
        team.namespace, environment.spec.eks_cluster, environment.spec.region, team.values.source
    ));
    let mut rows: Vec<Vec<String>> = Vec::new();
    for target in targets {
        let dashboard = match target.exposed("dashboard") {
            Some(exposed) => exposed.url,
            None if target.port("dashboard").is_some() => format!("{} after a port-forward", target.address()),
            None => "none".to_owned(),
        };
        let resource = target.resource;
        rows.push(vec![
            format!("`{}`", target.workload.key),
            format!("{} `{}`", resource.kind(), resource.name()),
            target.workload.ray_version.to_string(),
            dashboard,
        ]);
    }
    for selected in &team.selected_jobs {
        rows.push(vec![
            format!("`{}`", selected.key),
            format!("{} `{}`", selected.kind.kind(), selected.name),
            "that of its cluster".to_owned(),
            "that of its cluster".to_owned(),
        ]);
    }
    if !rows.is_empty() {
        page.table(&["workload", "object", "Ray", "dashboard"], &rows);
    }
}

fn connect(page: &mut Page, team: &Team) {
    let spec = &team.environment.spec;
    let namespace = word(&team.namespace);
    page.heading(2, "Connect");
    page.commands(&[
        format!("aws eks update-kubeconfig --name {} --region {}", word(&spec.eks_cluster), word(&spec.region)),
        format!("kubectl get pods --namespace {namespace}"),
    ]);
    page.text(
        "KubeRay reports a spec that it refuses in an event and nowhere else. Pods that stay pending have events too:",
    );
    page.commands(&[format!("kubectl get events --namespace {namespace} --sort-by=.lastTimestamp")]);
    if let Some(operator) = &spec.kuberay.namespace {
        page.text("The operator itself:");
        page.commands(&[format!(
            "kubectl get pods --namespace {} --selector=app.kubernetes.io/name=kuberay-operator",
            word(operator)
        )]);
    }
}

fn of_workload(page: &mut Page, target: &Target<'_>) {
    let workload = target.workload;
    page.heading(2, &format!("{} `{}`", title(workload.kind), workload.key));
    let groups = listed(workload.workers.iter().map(|worker| worker.group.name.as_str()));
    let workers = if groups.is_empty() { "no workers".to_owned() } else { format!("workers {groups}") };
    page.text(&format!(
        "{} `{}`, Ray {}, a head and {workers}: `{}` in `{}`.",
        target.resource.kind(),
        target.resource.name(),
        workload.ray_version,
        workload.path,
        target.team.values.source
    ));
    if target.is_suspended() {
        page.text(match workload.kind {
            WorkloadKind::CronJob => "It is suspended: no run starts until `suspend = true` is taken out of the spec.",
            _ => "It is suspended: no pod of it runs until `suspend = true` is taken out of the spec.",
        });
    }
    if target.is_job() {
        job::runs(page, target);
    }
    if workload.kind == WorkloadKind::Service {
        access::serve(page, target);
    }
    access::dashboard(page, target);
    access::token(page, target);
    access::submit(page, target);
    access::submissions(page, target);
    access::addresses(page, target);
    observe::pods(page, target);
    observe::logs(page, target);
    observe::metrics(page, target);
    change::scale(page, target);
    change::apply(page, target);
    change::suspend(page, target);
}

fn title(kind: WorkloadKind) -> &'static str {
    match kind {
        WorkloadKind::Cluster => "Cluster",
        WorkloadKind::Service => "Service",
        WorkloadKind::Job => "Job",
        WorkloadKind::CronJob => "Cron job",
    }
}
