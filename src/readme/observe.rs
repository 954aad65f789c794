//! Looking at a Ray cluster: pods, nodes, logs and metrics.

use super::page::{Page, listed};
use super::target::Target;

pub(super) fn pods(page: &mut Page, target: &Target<'_>) {
    let (namespace, selector, kind) = (target.namespace(), target.selector(), target.kind());
    page.heading(3, "Pods and nodes");
    let pools = target.pools();
    let nodes = match pools.as_slice() {
        [pool] => format!("--selector=karpenter.sh/nodepool={pool}"),
        pools => format!("--selector='karpenter.sh/nodepool in ({})'", pools.join(", ")),
    };
    page.commands(&[
        format!("kubectl get pods {namespace} --selector={selector} --output wide"),
        format!("kubectl get nodeclaims {nodes}"),
        format!("kubectl get nodes {nodes}"),
        format!("kubectl describe {kind} {namespace} {}", target.resource.name()),
    ]);
}

/// Ray writes its logs to files of the pod, which go with it, unless it is told to write to stderr.
pub(super) fn logs(page: &mut Page, target: &Target<'_>) {
    let (namespace, selector) = (target.namespace(), target.selector());
    let of = |node_type: &str, container: &str| {
        format!(
            "kubectl logs {namespace} --selector={selector},ray.io/node-type={node_type} --container {container} \
             --prefix --tail=100"
        )
    };
    page.heading(3, "Logs");
    let mut commands = vec![of("head", target.head_container())];
    commands.extend(target.worker_container().map(|container| of("worker", container)));
    if target.logs_to_stderr() {
        page.text("Ray logs to stderr:");
        page.commands(&commands);
    } else {
        page.text("What Ray prints at its start:");
        page.commands(&commands);
        page.text("All else stands in files of the pods, and goes with them:");
        let exec = format!("kubectl exec {namespace} {} --container {}", target.head(), target.head_container());
        page.commands(&[
            format!("{exec} -- ls /tmp/ray/session_latest/logs"),
            format!("{exec} -- tail -n 100 /tmp/ray/session_latest/logs/gcs_server.out"),
        ]);
    }
    if target.autoscales() {
        page.text("Why workers come, or do not:");
        page.commands(&[of("head", "autoscaler")]);
    }
}

pub(super) fn metrics(page: &mut Page, target: &Target<'_>) {
    let Some(port) = target.port("metrics") else { return };
    let (namespace, local) = (target.namespace(), target.local_port("metrics"));
    page.heading(3, "Metrics");
    let monitors: Vec<String> = ["ServiceMonitor", "PodMonitor"]
        .into_iter()
        .flat_map(|kind| target.names(kind).into_iter().map(move |name| format!("{kind} {name}")))
        .collect();
    if monitors.is_empty() {
        page.text("Nothing that was rendered scrapes them. As the head tells them:");
    } else {
        let label = if target.is_generated() {
            "the name of the cluster, which the operator generates".to_owned()
        } else {
            format!("`{}`", target.workload.name)
        };
        page.text(&format!(
            "Prometheus finds them by {}; label `ray_io_cluster` is {label}. As the head tells them:",
            listed(monitors.iter().map(String::as_str))
        ));
    }
    page.commands(&[format!("kubectl port-forward {namespace} {} {local}:{port}", target.head())]);
    page.commands(&[format!("curl http://localhost:{local}/metrics")]);
}
