//! ServiceMonitor and PodMonitor (`monitoring.coreos.com/v1`).

use std::collections::BTreeMap;

use serde::Serialize;

use super::metadata::{self, Metadata};
use super::{Manifest, Places, Scope};
use crate::resolve::{Monitoring, Workload};
use crate::spec::HeadMonitor;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Monitor {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata,
    spec: Spec,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Spec {
    /// The label whose value becomes `job`.
    job_label: &'static str,
    /// Where to look; the monitor's own namespace where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace_selector: Option<NamespaceSelector>,
    selector: Selector,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    endpoints: Vec<Endpoint>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pod_metrics_endpoints: Vec<Endpoint>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NamespaceSelector {
    match_names: [String; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Selector {
    match_labels: BTreeMap<String, String>,
}

#[derive(Clone, Serialize)]
struct Endpoint {
    port: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    interval: Option<String>,
    relabelings: [Relabeling; 1],
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Relabeling {
    source_labels: [&'static str; 1],
    target_label: &'static str,
}

/// The monitors of a cluster: one for the head, one for the workers, none without `monitoring` in the environment.
pub(super) fn of_workload(scope: &Scope<'_>, workload: &Workload) -> Vec<Manifest> {
    let Some(monitoring) = &workload.monitoring else { return Vec::new() };
    let mut monitors = vec![head(scope, workload, monitoring)];
    if !workload.workers.is_empty() {
        monitors.push(workers(scope, workload, monitoring));
    }
    monitors
}

/// A standalone cluster's head has one Service, with KubeRay's labels on it (`common/service.go`, HeadServiceLabels).
/// The autoscaler's port answers only where there is an autoscaler.
fn head(scope: &Scope<'_>, workload: &Workload, monitoring: &Monitoring) -> Manifest {
    let ports = ["metrics", "as-metrics", "dash-metrics"];
    let scraped = ports.into_iter().filter(|port| *port != "as-metrics" || workload.autoscaling.is_some());
    match monitoring.head {
        HeadMonitor::ServiceMonitor => {
            let labels = [
                ("ray.io/cluster".to_owned(), workload.name.clone()),
                (metadata::NODE_TYPE.to_owned(), "head".to_owned()),
            ];
            let endpoints = scraped.map(|port| endpoint(port, monitoring)).collect();
            let spec = Spec {
                job_label: "ray.io/cluster",
                namespace_selector: None,
                selector: Selector { match_labels: labels.into() },
                endpoints,
                pod_metrics_endpoints: Vec::new(),
            };
            monitor(scope, workload, monitoring, "ServiceMonitor", "head", spec)
        }
        HeadMonitor::PodMonitor => {
            let endpoints = scraped.map(|port| endpoint(port, monitoring)).collect();
            monitor(scope, workload, monitoring, "PodMonitor", "head", of_pods(workload, "head", endpoints))
        }
    }
}

fn workers(scope: &Scope<'_>, workload: &Workload, monitoring: &Monitoring) -> Manifest {
    let endpoints = vec![endpoint("metrics", monitoring)];
    monitor(scope, workload, monitoring, "PodMonitor", "workers", of_pods(workload, "worker", endpoints))
}

fn of_pods(workload: &Workload, node_type: &str, pod_metrics_endpoints: Vec<Endpoint>) -> Spec {
    Spec {
        job_label: "ray.io/cluster",
        namespace_selector: None,
        selector: Selector { match_labels: metadata::pods_of(workload, node_type) },
        endpoints: Vec::new(),
        pod_metrics_endpoints,
    }
}

/// KubeRay's label of the pod, which Prometheus offers behind a Service as well.
const POD_LABEL: &str = "__meta_kubernetes_pod_label_ray_io_cluster";

/// Ray's Grafana dashboards filter by `ray_io_cluster`; without the relabelling they are empty (KubeRay
/// `config/grafana`).
fn endpoint(port: &'static str, monitoring: &Monitoring) -> Endpoint {
    let relabeling = Relabeling { source_labels: [POD_LABEL], target_label: "ray_io_cluster" };
    Endpoint { port, interval: monitoring.interval.clone(), relabelings: [relabeling] }
}

fn monitor(
    scope: &Scope<'_>,
    workload: &Workload,
    monitoring: &Monitoring,
    kind: &'static str,
    suffix: &str,
    mut spec: Spec,
) -> Manifest {
    spec.namespace_selector =
        monitoring.namespace.as_ref().map(|_| NamespaceSelector { match_names: [scope.team.namespace.clone()] });
    let name = format!("{}-{suffix}", workload.name);
    let object = Monitor {
        api_version: "monitoring.coreos.com/v1",
        kind,
        metadata: Metadata::of_workload(scope.team, workload, name)
            .with_labels(&monitoring.labels)
            .within(monitoring.namespace.as_ref()),
        spec,
    };
    let own = workload.path.join("monitoring");
    let mut places = Places::new(own.clone());
    places.add("/metadata/labels", own.join("labels"));
    places.add("/metadata/namespace", own.join("namespace"));
    scope.manifest(object, places)
}
