//! Changing a workload: its size, its spec, and whether it runs.

use semver::Version;

use super::page::{Page, listed};
use super::target::Target;
use crate::json::Value;
use crate::resolve::{SpecPath, WorkerGroup};
use crate::spec::WorkloadKind;

/// First release of the operator that suspends services (KubeRay `rayservice_types.go`).
const SUSPENDS_SERVICES: Version = Version::new(1, 7, 0);

/// No numbers: a README that changed with each of them would conflict in Git wherever two people scale two clusters.
pub(super) fn scale(page: &mut Page, target: &Target<'_>) {
    let path = target.workload.path.join("workers");
    let names = target.worker_groups().filter_map(|group| group.get("groupName")?.as_str());
    let tables: Vec<String> = names.map(|name| path.join(name).to_string()).collect();
    if tables.is_empty() {
        return;
    }
    page.heading(3, "Scale");
    let (tables, source) = (listed(tables.iter().map(String::as_str)), &target.team.values.source);
    if target.autoscales() {
        page.text(&format!(
            "The autoscaler runs as many workers as the work asks for, within `min` and `max` of {tables} in `{source}`."
        ));
    } else {
        page.text(&format!("There is no autoscaler: `replicas` of {tables} in `{source}` says how many workers run."));
    }
    let first = target.worker_groups().find_map(|group| group.get("groupName")?.as_str()).unwrap_or_default();
    let key = ["replicas", "max"].into_iter().map(|key| path.join(first).join(key)).find(|path| is_set(target, path));
    page.text("Where a number comes from, and which table overrides it:");
    page.commands(&[format!(
        "raygen explain {} {} --environment {}",
        target.team.name,
        key.unwrap_or_else(|| path.join(first).join("min")),
        target.team.environment.name
    )]);
    match target.workload.kind {
        WorkloadKind::Cluster => wanted(page, target),
        // KubeRay leaves these numbers of a running cluster as they are (`rayservice_controller.go`).
        WorkloadKind::Service => page.text(
            "A running cluster keeps the numbers it was made with: new ones take effect with the next cluster. How many \
             replicas an application has is for its Serve config to say, and follows a merge at once.",
        ),
        WorkloadKind::Job | WorkloadKind::CronJob => page.text("New numbers take effect with the next run."),
    }
}

/// Whether any layer sets the key.
fn is_set(target: &Target<'_>, path: &SpecPath) -> bool {
    path.keys().try_fold(&target.team.values.root, |node, key| node.child(key)).is_some()
}

/// What can be asked for by hand: `replicas` belongs to the autoscaler, and the request goes to it, not to Kubernetes.
fn wanted(page: &mut Page, target: &Target<'_>) {
    if !target.autoscales() {
        return;
    }
    page.text("To have a worker before there is work, ask the autoscaler; an empty list takes the request back:");
    let grows = |worker: &&WorkerGroup| worker.max > worker.min;
    let gpu = target.workload.workers.iter().find(grows).and_then(|worker| worker.group.gpu.as_ref());
    let bundle = if gpu.is_some() { "GPU" } else { "CPU" };
    page.commands(&[format!(
        "kubectl exec {} {} --container {} -- python -c 'import ray; from ray.autoscaler.sdk import request_resources; \
         ray.init(); request_resources(bundles=[{{\"{bundle}\": 1}}])'",
        target.namespace(),
        target.head(),
        target.head_container()
    )]);
}

/// What a merged change does, and what is left to do (KubeRay `raycluster_controller.go`, `rayservice_controller.go`).
pub(super) fn apply(page: &mut Page, target: &Target<'_>) {
    page.heading(3, "Apply a change");
    let strategy = target.resource.object.pointer("/spec/upgradeStrategy/type").and_then(Value::as_str);
    match (target.workload.kind, strategy) {
        (WorkloadKind::Cluster, Some("Recreate")) => page.text(
            "A merged change of more than the groups' numbers stops all pods of the cluster at once and starts them \
             anew, and with them all that runs. Wait for jobs to end before you merge.",
        ),
        (WorkloadKind::Cluster, _) => {
            page.text(
                "A merged change leaves running pods as they are; pods that start later have it. To apply it to all, \
                 when no work is lost, delete them, and the operator makes them anew:",
            );
            let (namespace, selector) = (target.namespace(), target.selector());
            page.commands(&[format!("kubectl delete pods {namespace} --selector={selector}")]);
            page.text("Workers alone, while the head and its state stay:");
            page.commands(&[format!("kubectl delete pods {namespace} --selector={selector},ray.io/node-type=worker")]);
        }
        (WorkloadKind::Service, Some("None")) => {
            page.text("A merged change of the Serve config is applied in place. The cluster keeps all else as it is.");
        }
        (WorkloadKind::Service, _) => page.text(
            "A merged change of the Serve config is applied in place. One of the cluster makes a new cluster beside the \
             old one, which serves until the new one is ready; for that time there are nodes for both.",
        ),
        (WorkloadKind::Job | WorkloadKind::CronJob, _) => {
            page.text("A merged change takes effect with the next run: one that has its cluster keeps it as it is.");
        }
    }
    if target.workload.kind == WorkloadKind::Cluster {
        // KubeRay `raycluster_controller.go`, reconcileHeadService: it makes the Service and never updates it.
        page.text("The operator never updates the head's Service. After a change of `service`, delete it:");
        page.commands(&[format!("kubectl delete service {} {}", target.namespace(), target.head_service())]);
    }
}

pub(super) fn suspend(page: &mut Page, target: &Target<'_>) {
    let releases = &target.team.environment.releases;
    let what = match target.workload.kind {
        WorkloadKind::Cluster => "stops all pods and keeps the Services",
        WorkloadKind::Service if releases.kuberay >= SUSPENDS_SERVICES => "removes the cluster and the Services",
        WorkloadKind::Service => return,
        // The operator refuses to suspend a job whose cluster would outlive it (KubeRay `utils/validation.go`).
        WorkloadKind::Job if target.workload.job.as_ref().and_then(|job| job.shutdown) != Some(true) => return,
        WorkloadKind::Job => "ends the run and removes its cluster",
        WorkloadKind::CronJob => "starts no further runs and leaves a running one alone",
    };
    let (path, source) = (&target.workload.path, &target.team.values.source);
    page.heading(3, "Suspend and resume");
    if target.is_suspended() {
        page.text(&format!("To resume, take `{}` out of `{source}`.", path.join("suspend")));
        return;
    }
    let set = |value: bool| {
        format!(
            "kubectl patch {} {} {} --type merge --patch '{{\"spec\":{{\"suspend\":{value}}}}}'",
            target.kind(),
            target.namespace(),
            target.resource.name()
        )
    };
    page.text(&format!(
        "`suspend = true` in `{path}` {what}. For a while, by hand, as nothing in Git speaks of the field:"
    ));
    page.commands(&[set(true)]);
    page.text("To resume:");
    page.commands(&[set(false)]);
}
