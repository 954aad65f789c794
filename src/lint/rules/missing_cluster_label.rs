//! Metrics that no dashboard shows.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::karpenter::items;
use crate::lint::monitoring::{endpoints, selected};
use crate::lint::{Check, Findings, Group, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "missing-cluster-label",
    group: Group::Monitoring,
    summary: "metrics get no `ray_io_cluster`, by which Ray's dashboards filter",
    severity: Severity::Warning,
    page: include_str!("missing_cluster_label.md"),
    check: Check::Everything(check),
};

const LABEL: &str = "ray_io_cluster";

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let (pods, services) = (subject.pod_targets(), subject.service_targets());
    for monitor in subject.objects.iter().filter(|each| matches!(each.kind(), "PodMonitor" | "ServiceMonitor")) {
        // The operator writes label names with underscores, so copying the label is as good as relabelling.
        let copies = |list: &str| items(monitor, list).any(|(_, label)| label == "ray.io/cluster");
        if copies("/spec/podTargetLabels") || copies("/spec/targetLabels") {
            continue;
        }
        let targets = if monitor.kind() == "PodMonitor" { pods } else { services };
        if !selected(monitor, targets).iter().any(|target| target.labels.contains_key("ray.io/cluster")) {
            continue;
        }
        let (list, endpoints) = endpoints(monitor);
        for (index, endpoint) in endpoints.into_iter().filter(|(_, endpoint)| !relabels(endpoint)) {
            let port = endpoint["port"].as_str().unwrap_or_default();
            let message = format!(
                "{} `{}` gives the metrics of port `{port}` no label `{LABEL}`, by which Ray's dashboards filter",
                monitor.kind(),
                monitor.name()
            );
            findings.object(monitor, &format!("{list}/{index}/relabelings"), message).add_help(
                "relabel `__meta_kubernetes_pod_label_ray_io_cluster` to `ray_io_cluster`, as raygen's own monitors do",
            );
        }
    }
}

fn relabels(endpoint: &Value) -> bool {
    let lists = ["relabelings", "metricRelabelings"].into_iter().filter_map(|list| endpoint[list].as_array());
    lists.flatten().any(|each| each["targetLabel"] == LABEL || each["action"] == "labelmap")
}
