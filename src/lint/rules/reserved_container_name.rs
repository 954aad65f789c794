//! Containers with the names of those that KubeRay adds.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::{Check, Findings, Group, RayCluster, Rule};

pub(super) static RULE: Rule = Rule {
    name: "reserved-container-name",
    group: Group::Pod,
    summary: "a container has the name of one that KubeRay adds",
    severity: Severity::Error,
    page: include_str!("reserved_container_name.md"),
    check: Check::RayCluster(check),
};

fn check(cluster: &RayCluster<'_>, findings: &mut Findings<'_>) {
    let submits = cluster.object.text("/spec/submissionMode") == "SidecarMode";
    let secured = cluster.get("/tlsOptions/enabled") == Some(&Value::Bool(true));
    for (pointer, what, group) in cluster.all_groups() {
        let head = pointer == "/headGroupSpec";
        // Names of KubeRay `common/pod.go` and `common/job.go`, v1.7. The collector's is for `invalid-history-server`.
        let added = [
            ("autoscaler", head && cluster.autoscaling()),
            ("ray-job-submitter", head && submits),
            ("wait-gcs-ready", !head),
            ("wait-for-tls-ip-san", secured),
        ];
        for list in ["initContainers", "containers"] {
            let containers = group["template"]["spec"][list].as_array();
            for (index, container) in containers.into_iter().flatten().enumerate() {
                let own = container["name"].as_str().unwrap_or_default();
                if !added.iter().any(|(name, adds)| *adds && *name == own) {
                    continue;
                }
                let message =
                    format!("{what} has a container `{own}`, which is the name of one that KubeRay adds to the pod");
                findings
                    .cluster(cluster, &format!("{pointer}/template/spec/{list}/{index}"), message)
                    .add_help("give it another name: of two with one name the API server refuses the pod");
            }
        }
    }
}
