//! Workloads for a scheduler that asks for a queue.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::{Check, Findings, Group, Object, RayCluster, Rule};
use crate::spec::BatchScheduler;

pub(super) static RULE: Rule = Rule {
    name: "missing-queue",
    group: Group::GitOps,
    summary: "a workload is for a scheduler with queues, and names none",
    severity: Severity::Warning,
    page: include_str!("missing_queue.md"),
    check: Check::Object(&["RayCluster", "RayCronJob", "RayJob", "RayService"], check),
};

const LABELS: &str = "/metadata/labels";
const KAI: &str = "/metadata/labels/kai.scheduler~1queue";
const KUEUE: &str = "/metadata/labels/kueue.x-k8s.io~1queue-name";

fn check(object: &Object<'_>, findings: &mut Findings<'_>) {
    for cluster in object.ray_clusters() {
        if object.text(KAI).is_empty() && uses_kai(object, &cluster) {
            let message = format!(
                "{} `{}` goes to the KAI scheduler without the label `kai.scheduler/queue`: its pods stay pending",
                object.kind(),
                object.name()
            );
            findings.object(object, LABELS, message).add_help("name a queue in `labels`");
        }
    }
    for (pointer, what) in [
        ("/metadata/labels/kueue.x-k8s.io~1priority-class", "a priority of Kueue"),
        ("/metadata/annotations/kueue.x-k8s.io~1elastic-job", "an annotation of Kueue"),
    ] {
        if object.get(pointer).is_some() && object.text(KUEUE).is_empty() {
            let message = format!(
                "{} `{}` has {what}, but no label `kueue.x-k8s.io/queue-name`: Kueue leaves it alone, and it starts at once",
                object.kind(),
                object.name()
            );
            findings.object(object, pointer, message).add_help("name a LocalQueue of the namespace in `labels`");
        }
    }
}

/// Whether the operator hands the cluster to KAI, or its pods name that scheduler and bring no queue of their own.
fn uses_kai(object: &Object<'_>, cluster: &RayCluster<'_>) -> bool {
    let scheduler = object.environment.and_then(|environment| environment.kuberay.batch_scheduler);
    let named = |(_, _, group): &(String, String, &Value)| {
        let template = &group["template"];
        template["spec"]["schedulerName"] == "kai-scheduler"
            && template["metadata"]["labels"]["kai.scheduler/queue"].is_null()
    };
    scheduler == Some(BatchScheduler::KaiScheduler) || cluster.all_groups().iter().any(named)
}
