//! PrometheusRule (`monitoring.coreos.com/v1`): a handful of alerts per workload, each about its own metrics alone.

use std::collections::BTreeMap;

use serde::Serialize;

use super::metadata::Metadata;
use super::{Manifest, Places, Scope};
use crate::resolve::{Alerts, Workload};
use crate::spec::WorkloadKind;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PrometheusRule {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata,
    spec: Spec,
}

#[derive(Serialize)]
struct Spec {
    groups: [Group; 1],
}

#[derive(Serialize)]
struct Group {
    name: String,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
struct Rule {
    alert: &'static str,
    expr: String,
    #[serde(rename = "for", skip_serializing_if = "Option::is_none")]
    pending_for: Option<&'static str>,
    labels: BTreeMap<String, String>,
    annotations: BTreeMap<&'static str, String>,
}

/// The alerts of a workload, if it wants any. One that is suspended would be reported as down.
pub(super) fn of_workload(scope: &Scope<'_>, workload: &Workload) -> Option<Manifest> {
    let monitoring = workload.monitoring.as_ref()?;
    let alerts = monitoring.alerts.as_ref().filter(|_| !workload.suspend)?;
    let object = PrometheusRule {
        api_version: "monitoring.coreos.com/v1",
        kind: "PrometheusRule",
        metadata: Metadata::of_workload(scope.team, workload, workload.name.clone())
            .with_labels(&monitoring.labels)
            .within(monitoring.namespace.as_ref()),
        spec: Spec { groups: [Group { name: workload.name.clone(), rules: rules(scope, workload, alerts) }] },
    };
    let own = workload.path.join("monitoring");
    let mut places = Places::new(own.join("rules"));
    places.add("/metadata/labels", own.join("labels"));
    places.add("/metadata/namespace", own.join("namespace"));
    Some(scope.manifest(object, places))
}

fn rules(scope: &Scope<'_>, workload: &Workload, alerts: &Alerts) -> Vec<Rule> {
    let own = selector(&scope.team.namespace, workload);
    let rule = |alert, severity: &str, pending_for, expr, summary: String| {
        let mut labels = BTreeMap::from([
            ("severity".to_owned(), severity.to_owned()),
            ("team".to_owned(), scope.team.name.clone()),
        ]);
        labels.extend(alerts.labels.clone());
        Rule { alert, expr, pending_for, labels, annotations: [("summary", summary)].into() }
    };
    let name = &workload.name;
    let mut rules = vec![rule(
        "RayHeadDown",
        "critical",
        Some("10m"),
        head_down(workload, &own),
        format!("The head of `{name}` has not answered a scrape for ten minutes."),
    )];
    if workload.autoscaling.is_some() {
        rules.push(rule(
            "RayAutoscalerDown",
            "warning",
            Some("10m"),
            format!("up{{{own}, endpoint=\"as-metrics\"}} == 0"),
            format!("The autoscaler of `{name}` has not answered a scrape for ten minutes: no worker comes or goes."),
        ));
        rules.push(rule(
            "RayNodesPending",
            "warning",
            Some("15m"),
            // By cluster, for autoscaler v2 counts by node type (Ray `autoscaler/v2/metrics_reporter.py`).
            format!("sum by (ray_io_cluster) (autoscaler_pending_nodes{{{own}}}) > 0"),
            format!(
                "`{name}` has waited for nodes for fifteen minutes: look for Spot capacity, pool limits and quota."
            ),
        ));
    }
    if !workload.workers.is_empty() {
        rules.push(rule(
            "RayWorkersDown",
            "warning",
            Some("10m"),
            format!("count by (ray_io_cluster) (up{{{own}, container=\"ray-worker\"}} == 0) > 0"),
            format!("{{{{ $value }}}} workers of `{name}` have not answered a scrape for ten minutes."),
        ));
    }
    rules.push(rule(
        "RayOutOfMemory",
        "warning",
        None,
        out_of_memory(&own),
        format!("Ray killed {{{{ $value }}}} tasks or actors of `{name}` within ten minutes, for memory ran out."),
    ));
    rules.push(rule(
        "RayObjectsSpilled",
        "warning",
        Some("30m"),
        format!("sum by (ray_io_cluster) (ray_object_store_memory{{{own}, Location=\"SPILLED\"}}) > 0"),
        format!("`{name}` has kept {{{{ $value | humanize1024 }}}}B of objects on disk for half an hour."),
    ));
    rules.push(rule(
        "RayDiskFull",
        "critical",
        Some("5m"),
        // Ray refuses objects from 95 % on (`local_fs_capacity_threshold` in Ray `common/ray_config_def.h`).
        format!(
            "min by (ray_io_cluster, pod) (ray_node_disk_free{{{own}}} / (ray_node_disk_free{{{own}}} + ray_node_disk_usage{{{own}}})) < 0.1"
        ),
        format!("The disk under {{{{ $labels.pod }}}} of `{name}` is {{{{ $value | humanizePercentage }}}} free."),
    ));
    if workload.kind == WorkloadKind::Service {
        rules.push(rule(
            "RayServeReplicaUnhealthy",
            "warning",
            Some("10m"),
            format!(
                "count by (ray_io_cluster, application, deployment) (ray_serve_deployment_replica_healthy{{{own}}} == 0) > 0"
            ),
            format!("Replicas of {{{{ $labels.deployment }}}} in `{name}` have been unhealthy for ten minutes."),
        ));
    }
    rules
}

/// Selects the workload's metrics. The clusters of services and jobs have names with a random end (KubeRay
/// `utils.GenerateRayClusterName`), those of cron jobs with the job's time before it.
fn selector(namespace: &str, workload: &Workload) -> String {
    let name = &workload.name;
    let cluster = match workload.kind {
        WorkloadKind::Cluster => format!("ray_io_cluster=\"{name}\""),
        WorkloadKind::Service | WorkloadKind::Job => format!("ray_io_cluster=~\"{name}-[a-z0-9]{{5}}\""),
        WorkloadKind::CronJob => format!("ray_io_cluster=~\"{name}-[a-z0-9]+-[a-z0-9]{{5}}\""),
    };
    format!("namespace=\"{namespace}\", {cluster}")
}

/// A head that is always to be there is down when nothing is scraped, for its pod may not even be scheduled. A job's is
/// only there while the job runs.
fn head_down(workload: &Workload, own: &str) -> String {
    let up = format!("up{{{own}, container=\"ray-head\", endpoint=\"metrics\"}}");
    match workload.kind {
        WorkloadKind::Cluster | WorkloadKind::Service => format!("absent({up} == 1)"),
        WorkloadKind::Job | WorkloadKind::CronJob => format!("{up} == 0"),
    }
}

/// The counter of a task or actor begins with its first death, which `increase` does not see: no sample was before it.
fn out_of_memory(own: &str) -> String {
    let killed =
        |offset| format!("sum by (ray_io_cluster) (ray_memory_manager_worker_eviction_total{{{own}}}{offset})");
    let (now, before) = (killed(""), killed(" offset 10m"));
    format!("{now} - ({before} or {now} * 0) > 0")
}
