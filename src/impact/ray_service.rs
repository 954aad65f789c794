//! What KubeRay does when a RayService changes: Serve's config is applied in place, and a change of the Ray cluster makes
//! a second one beside the first.

use super::ray_cluster::is_hashed;
use super::table::{
    Case, Parts, Row, added, below, handed_over, operator_upgraded, removed, replaced, rows, switched_on, was_suspended,
};
use crate::diff::{Change, Edit, Step};

const CRD: &str = "KubeRay CRD, x-kubernetes-validations";
const MANAGER: &str = "KubeRay utils/util.go, ManagedByExternalController";
const CONTROLLER: &str = "KubeRay rayservice_controller.go";
const UPGRADE: &str = "KubeRay rayservice_controller.go, shouldPrepareNewCluster";

/// Fields beside the Ray cluster's.
pub const SERVICE: &[Row] = rows! {
    "managedBy" if replaced => Rejected
        "the field is immutable"
        [CRD];
    "managedBy" if handed_over => Orphan
        "from now on the operator leaves it to another controller: what runs goes on, and is neither scaled nor \
         replaced"
        [MANAGER];
    "managedBy" => Live
        "the operator looks after it, as it does by default"
        [MANAGER];
    "serveConfigV2" => Live
        "the config is sent to the running cluster: Serve updates the deployments that differ, no new cluster is \
         made"
        [CONTROLLER];
    "excludeHeadPodFromServeSvc" => Live
        "the head's label is toggled, so that the Service takes it in or out"
        [CONTROLLER];
    "serveService.**" if makes_cluster => Live
        "the Service is updated when the new cluster takes over"
        [CONTROLLER];
    "serveService.**" => Pending
        "the Service is updated only when the Ray cluster is switched, and nothing switches it here"
        [CONTROLLER];
    "suspend" if switched_on => Stop
        "Ray clusters, Services, Gateway and HTTPRoute are deleted"
        [CONTROLLER];
    "suspend" => Scale
        "a new Ray cluster is made"
        [CONTROLLER];
    "**" if was_suspended => Live
        "nothing runs while it is suspended; it counts when it is resumed"
        [CONTROLLER];
    "upgradeStrategy.**" if starts_upgrading => NewCluster
        "if the running cluster differs from its spec, a new one is made now"
        [UPGRADE];
    "upgradeStrategy.**" => Live
        "decides about the next upgrade"
        [UPGRADE];
    "rayClusterDeletionDelaySeconds" => Live
        "decides about the next upgrade"
        [CONTROLLER];
    "{serviceUnhealthySecondThreshold,deploymentUnhealthySecondThreshold}" => Unaffected
        "the operator no longer reads the field"
        [CONTROLLER];
    "**" => Live
        "the operator reads it in its next loop"
        [CONTROLLER];
};

/// Fields of `rayClusterConfig`.
pub const CLUSTER: &[Row] = rows! {
    "managedBy | gcsFaultToleranceOptions.backend" if replaced => Rejected
        "the field is immutable"
        [CRD];
    "upgradeStrategy.**" if added => Rejected
        "the operator refuses it in the cluster of a service"
        ["KubeRay utils/validation.go, ValidateRayClusterUpgradeOptions"];
    "**" if was_suspended => Live
        "nothing runs while it is suspended; it counts when it is resumed"
        [CONTROLLER];
    "**" if comes_with_cluster => NewCluster
        "it comes with the new cluster that other changes of this merge make"
        [UPGRADE];
    "workerGroupSpecs[*].{replicas,minReplicas,maxReplicas}" if operator_upgraded => Scale
        "the new operator writes the whole spec to the running cluster once"
        [CONTROLLER];
    "workerGroupSpecs[*].{replicas,minReplicas,maxReplicas}" if appends => Scale
        "with the appended group the whole spec is written to the running cluster"
        [CONTROLLER];
    "workerGroupSpecs[*].{replicas,minReplicas,maxReplicas,scaleStrategy}.**" => Ignored
        "the running cluster keeps its numbers until there is a new cluster"
        ["KubeRay rayservice_controller.go; issues 2331, 4568"];
    "**" if is_not_hashed => Ignored
        "the running cluster keeps it until there is a new cluster"
        [UPGRADE];
    "workerGroupSpecs[*] | workerGroupSpecs" if appends => Scale
        "the running cluster gets the group in place, and with it the whole spec, which undoes the autoscaler's \
         numbers"
        [CONTROLLER];
    "**" if operator_upgraded => Absorbed
        "the new operator writes the spec to the running cluster and takes it for applied: no new cluster is \
         made, and pods keep what they have"
        [CONTROLLER];
    "**" if keeps_cluster => Ignored
        "with upgrade strategy `None` the running cluster stays as it is"
        [UPGRADE];
    "**" if shifts_traffic => NewCluster
        "a second cluster grows as the traffic is shifted to it step by step, by a Gateway; then the first goes"
        ["KubeRay rayservice_controller.go, NewClusterWithIncrementalUpgrade"];
    "**" => NewCluster
        "a second cluster is made, the Services switch when it is ready, and the first goes after \
         `rayClusterDeletionDelaySeconds`"
        [UPGRADE];
};

/// Labels and annotations.
const METADATA: &[Row] = rows! {
    "**" => Live
        "the operator looks again and leaves the cluster alone"
        [CONTROLLER];
};

/// The tables by the part of the object that they are about.
pub const PARTS: Parts = &[("/spec/rayClusterConfig", CLUSTER), ("/spec", SERVICE), ("/metadata", METADATA)];

fn cluster_steps(change: &Change) -> Option<&[Step]> {
    below(&change.path.0, &["spec", "rayClusterConfig"])
}

/// What the operator leaves out when it compares the running cluster with its goal: what the hash leaves out, and
/// `suspend`.
fn is_left_out(steps: &[Step], case: &Case<'_>) -> bool {
    !is_hashed(steps, case.kuberay.1) || matches!(steps, [Step::Field(name)] if name == "suspend")
}

fn is_not_hashed(case: &Case<'_>) -> bool {
    is_left_out(case.steps, case)
}

/// The changes of the cluster that the operator sees.
fn seen<'a>(case: &Case<'a>) -> impl Iterator<Item = (&'a [Step], &'a Edit)> {
    let case = *case;
    let of_cluster = case.all.iter().filter_map(|change| Some((cluster_steps(change)?, &change.edit)));
    of_cluster.filter(move |(steps, _)| !is_left_out(steps, &case))
}

/// All that the operator sees is groups at the end of the list.
fn appends(case: &Case<'_>) -> bool {
    let is_group = |steps: &[Step]| match steps {
        [Step::Field(list)] | [Step::Field(list), Step::Item { .. }] => list == "workerGroupSpecs",
        _ => false,
    };
    let mut seen = seen(case).peekable();
    seen.peek().is_some() && seen.all(|(steps, edit)| is_group(steps) && matches!(edit, Edit::Added(_)))
}

fn keeps_cluster(case: &Case<'_>) -> bool {
    case.text("/spec/upgradeStrategy/type") == "None"
}

fn shifts_traffic(case: &Case<'_>) -> bool {
    case.text("/spec/upgradeStrategy/type") == "NewClusterWithIncrementalUpgrade"
}

/// The merge makes a second cluster.
fn makes_cluster(case: &Case<'_>) -> bool {
    seen(case).next().is_some() && !appends(case) && !keeps_cluster(case) && !operator_upgraded(case)
}

/// What would do nothing alone comes with the new cluster.
fn comes_with_cluster(case: &Case<'_>) -> bool {
    is_not_hashed(case) && makes_cluster(case)
}

fn starts_upgrading(case: &Case<'_>) -> bool {
    let before = case.old.pointer("/spec/upgradeStrategy/type").and_then(crate::json::Value::as_str);
    before == Some("None") && !keeps_cluster(case) && !removed(case)
}
