//! Clusters that wait in a queue and scale themselves.

use crate::diagnostic::Severity;
use crate::lint::{Check, Findings, Group, RayCluster, Rule};

pub(super) static RULE: Rule = Rule {
    name: "kueue-autoscaling-job",
    group: Group::GitOps,
    summary: "a workload waits in a queue of Kueue, which refuses it for its autoscaler",
    severity: Severity::Error,
    page: include_str!("kueue_autoscaling_job.md"),
    check: Check::RayCluster(check),
};

const QUEUE: &str = "/metadata/labels/kueue.x-k8s.io~1queue-name";
const ELASTIC: &str = "/metadata/annotations/kueue.x-k8s.io~1elastic-job";

fn check(cluster: &RayCluster<'_>, findings: &mut Findings<'_>) {
    let object = &cluster.object;
    let queue = object.text(QUEUE);
    if queue.is_empty() || !cluster.autoscaling() || object.text(ELASTIC) == "true" {
        return;
    }
    let message = format!(
        "{} `{}` waits in the queue `{queue}` and scales itself, which Kueue refuses",
        object.kind(),
        object.name()
    );
    findings
        .object(object, QUEUE, message)
        .add_label(object.span(&cluster.at("/enableInTreeAutoscaling")), "the autoscaler")
        .add_help(
            "switch autoscaling off, or set the annotation `kueue.x-k8s.io/elastic-job: \"true\"` where Kueue has its feature \
             gate `ElasticJobsViaWorkloadSlices`",
        );
}
