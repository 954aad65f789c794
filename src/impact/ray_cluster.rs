//! What KubeRay and the Ray autoscaler do when a RayCluster changes.
//!
//! With `upgradeStrategy.type: Recreate` the operator compares a hash of the spec, and all pods are made anew when it
//! differs. Without, no change reaches a running pod: it waits for the next one. Objects beside the pods follow rules of
//! their own, whatever the strategy.

use super::table::{
    Case, Row, added, handed_over, lowered, operator_upgraded, removed, reordered, replaced, rows, switched_off,
    switched_on, was_suspended,
};
use super::{Effect, Verdict, other};
use crate::diff::{Change, Edit, Pattern, Step};
use crate::json::Value;
use crate::schema::Version;

const CRD: &str = "KubeRay CRD, x-kubernetes-validations";
const MANAGER: &str = "KubeRay utils/util.go, ManagedByExternalController";
const HASH: &str = "KubeRay raycluster_controller.go, shouldRecreatePodsForUpgrade";
const STAMP: &str = "KubeRay raycluster_controller.go, annotation ray.io/kuberay-version";
const PODS_OF: &str = "KubeRay raycluster_controller.go, reconcilePods";
const ORPHANS: &str = "KubeRay raycluster_controller.go, reconcilePods; issue 1739";
const HEAD_SERVICE: &str = "KubeRay raycluster_controller.go, reconcileHeadService";
const INGRESS: &str = "KubeRay raycluster_controller.go, reconcileIngress";
const AUTOSCALER: &str = "Ray autoscaling_config.py, read at each iteration of the autoscaler";

const DELETE_PODS: &str = "kubectl delete pods --namespace {namespace} --selector=ray.io/cluster={name}";
const DELETE_HEAD: &str =
    "kubectl delete pods --namespace {namespace} --selector=ray.io/cluster={name},ray.io/node-type=head";
const DELETE_ORPHANS: &str =
    "kubectl delete pods --namespace {namespace} --selector=ray.io/cluster={name},ray.io/group={group}";
const DELETE_SERVICE: &str = "kubectl delete service --namespace {namespace} {name}-head-svc";
const DELETE_INGRESS: &str = "kubectl delete ingress --namespace {namespace} {name}-head-ingress";

/// Fields that no upgrade strategy makes a difference to, and objects beside the pods.
pub const BESIDE: &[Row] = rows! {
    "managedBy | gcsFaultToleranceOptions.backend" if replaced => Rejected
        "the field is immutable"
        [CRD];
    "managedBy" if handed_over => Orphan
        "from now on the operator leaves it to another controller: what runs goes on, and is neither scaled nor \
         replaced"
        [MANAGER];
    "managedBy" => Live
        "the operator looks after it, as it does by default"
        [MANAGER];
    "suspend" if switched_on => Stop
        "all pods are deleted; Services, Secrets and Ingress stay"
        [PODS_OF];
    "suspend" if switched_off => Scale
        "head and workers are created again"
        [PODS_OF];
    "**" if was_suspended => Live
        "nothing runs while it is suspended; it counts when it is resumed"
        [PODS_OF];
    "upgradeStrategy.**" if recreates_after_upgrade => Absorbed
        "the new operator stamps the head with the current spec, so what has piled up under `None` is never \
         applied"
        [HASH] run DELETE_PODS;
    "upgradeStrategy.**" if recreates => Restart
        "if anything has changed under `None` since the head was created, all pods are deleted at once and \
         created anew"
        [HASH];
    "upgradeStrategy.**" => Live
        "from now on changes wait until pods are recreated"
        [HASH];
    "headGroupSpec.headService.metadata.name" => Stale
        "the Service of the old name stays, and new workers look for one of the new name that does not exist"
        [HEAD_SERVICE] run DELETE_SERVICE;
    "headGroupSpec.{serviceType,headService}.** | headServiceAnnotations.**" => Stale
        "the head's Service is made once and never updated: delete it, and the operator makes it anew"
        [HEAD_SERVICE] run DELETE_SERVICE;
    "headGroupSpec.template.spec.containers[*].ports.**" if of_ray_container => Stale
        "the head's Service keeps the ports it was made with: delete it, and the operator makes it anew"
        [HEAD_SERVICE] run DELETE_SERVICE;
    "headGroupSpec.enableIngress" if switched_on => Live
        "an Ingress to the dashboard is created"
        [INGRESS];
    "headGroupSpec.enableIngress" if switched_off => Stale
        "the Ingress is left in place"
        [INGRESS] run DELETE_INGRESS;
    "headGroupSpec.ingressOptions.**" => Live
        "the Ingress is updated in place"
        [INGRESS];
    "networkPolicy.**" => Live
        "NetworkPolicies are created, updated and deleted at once"
        ["KubeRay networkpolicy_controller.go"];
    "workerGroupSpecs[*].scaleStrategy.**" => Scale
        "workers that the list names are deleted"
        [PODS_OF];
    "workerGroupSpecs[*].{replicas,minReplicas,maxReplicas}" if keeps_size => Live
        "the bounds of `{group}` move, its number of pods stays"
        ["KubeRay utils/util.go, GetWorkerGroupDesiredReplicas"];
    "workerGroupSpecs[*].{replicas,minReplicas,maxReplicas}" if has_fixed_size => Scale
        "the number of `{group}` pods follows at once; what runs on removed ones is lost"
        [PODS_OF];
    "workerGroupSpecs[*].replicas" if lowered => Unaffected
        "with the autoscaler on, the operator deletes no worker for a lower number, and the autoscaler writes its \
         own"
        [PODS_OF];
    "workerGroupSpecs[*].replicas" => Scale
        "pods are created until the autoscaler writes its own number"
        [PODS_OF];
    "workerGroupSpecs[*].{minReplicas,maxReplicas}" => Scale
        "the operator clamps the number of `{group}` pods at once, and the autoscaler keeps to the new bounds \
         from its next loop"
        [AUTOSCALER];
};

/// What a change does to running pods without `Recreate`.
pub const PODS: &[Row] = rows! {
    "rayVersion" => Pending
        "running pods keep theirs; the operator reads it for the probes of the next ones"
        [PODS_OF] run DELETE_PODS;
    "headGroupSpec.{template,rayStartParams,resources,labels}.**" => Pending
        "the running head keeps what it has until its pod is next created"
        [PODS_OF] run DELETE_HEAD;
    "workerGroupSpecs[*].{template,rayStartParams,resources,labels}.**" => Mixed
        "running workers of `{group}` keep what they have, new ones get the change"
        [PODS_OF] run DELETE_PODS;
    "workerGroupSpecs[*].numOfHosts" if indexes_hosts => Restart
        "incomplete replica groups of `{group}` are deleted and created anew; the head stays"
        [PODS_OF];
    "workerGroupSpecs[*].numOfHosts" => Scale
        "the number of `{group}` pods follows at once"
        [PODS_OF];
    "workerGroupSpecs[*].{idleTimeoutSeconds,priority}" => Live
        "the autoscaler reads it in its next loop"
        [AUTOSCALER];
    "workerGroupSpecs[*] | workerGroupSpecs" if added => Scale
        "the pods of the group are created, and the autoscaler takes it up in its next loop"
        [PODS_OF];
    "workerGroupSpecs[*]" if is_renamed => Orphan
        "a group with another name is another group: the operator visits only groups that are in the spec, so pods \
         of `{group}` run on, nobody scales or replaces them, and the autoscaler may stall"
        [ORPHANS] run DELETE_ORPHANS;
    "workerGroupSpecs[*]" if removed => Orphan
        "the operator visits only groups that are in the spec: pods of `{group}` run on, nobody scales or \
         replaces them, and the autoscaler may stall"
        [ORPHANS] run DELETE_ORPHANS;
    "workerGroupSpecs" if removed => Orphan
        "the operator visits only groups that are in the spec: all workers run on, and nobody scales or replaces \
         them"
        [ORPHANS] run DELETE_PODS;
    "workerGroupSpecs" if reordered => Unaffected
        "pods belong to groups by name; only an autoscaler that writes at this moment could hit the wrong one, by \
         index"
        [PODS_OF];
    "autoscalerOptions.{idleTimeoutSeconds,upscalingMode}" => Live
        "the autoscaler reads it in its next loop"
        [AUTOSCALER];
    "autoscalerOptions.**" => Pending
        "the autoscaler is a container of the head: it changes when the head's pod is next created"
        [PODS_OF] run DELETE_HEAD;
    "enableInTreeAutoscaling" if switched_on => HalfApplied
        "the operator stops removing workers at once, but no autoscaler runs until the head's pod is recreated"
        [PODS_OF] run DELETE_HEAD;
    "enableInTreeAutoscaling" => HalfApplied
        "the operator enforces `replicas` again, while the autoscaler in the running head goes on writing it"
        [PODS_OF] run DELETE_HEAD;
    "authOptions.**" => Mixed
        "the Secret is made at once, but running pods keep their mode and do not understand new ones"
        [PODS_OF] run DELETE_PODS;
    "tlsOptions.**" => Mixed
        "certificates are made at once, but running pods keep their mode and do not understand new ones"
        [PODS_OF] run DELETE_PODS;
    "gcsFaultToleranceOptions.**" => Pending
        "finalizer and claim are made at once, but the GCS keeps its store until the head's pod is next created"
        [PODS_OF] run DELETE_HEAD;
    // What has an effect of its own beside the pods needs no further word.
    "headGroupSpec.{serviceType,headService,enableIngress,ingressOptions}.** | \
     headServiceAnnotations.** | networkPolicy.** | managedBy" => Unaffected
        "no pod depends on it"
        [PODS_OF];
    "**" => Pending
        "nothing that runs changes; pods that are created later may"
        [PODS_OF] run DELETE_PODS;
};

/// What a change of the hash does with `Recreate`.
pub const RECREATION: &[Row] = rows! {
    "managedBy" if handed_over => Unaffected
        "the operator no longer compares hashes"
        [MANAGER];
    "**" if operator_upgraded => Absorbed
        "the new operator stamps the running head with this spec and skips the restart: pods keep what they have \
         until they are recreated"
        [STAMP] run DELETE_PODS;
    "**" if keeps_gcs_state => Restart
        "all pods, head and workers, are deleted at once and created anew; the GCS finds its state again, running \
         tasks and objects are lost"
        [HASH];
    "**" => Restart
        "all pods, head and workers, are deleted at once and created anew; all that runs is lost"
        [HASH];
};

/// What a change of the metadata does.
pub const METADATA: &[Row] = rows! {
    "annotations.**" if copies_annotations => Live
        "the operator copies the annotations to the Ingress"
        [INGRESS];
    "**" => Live
        "the operator looks again and leaves pods alone; labels for queues are read when pods are created"
        ["KubeRay raycluster_controller.go, Reconcile"];
};

/// What the hash of the spec leaves out, and since which release of the operator.
pub const NOT_HASHED: &[(&str, Version)] = &[
    ("workerGroupSpecs[*].{replicas,minReplicas,maxReplicas}", Version::new(1, 0, 0)),
    ("workerGroupSpecs[*].scaleStrategy.**", Version::new(1, 0, 0)),
    ("headGroupSpec.template.spec.{tolerations,schedulingGates}.**", Version::new(1, 5, 2)),
    ("workerGroupSpecs[*].template.spec.{tolerations,schedulingGates}.**", Version::new(1, 5, 2)),
    ("upgradeStrategy.**", Version::new(1, 6, 0)),
];

/// Whether the operator sees the change in the hash of the cluster's spec (KubeRay `utils/util.go`,
/// GenerateHashWithoutReplicasAndWorkersToDelete).
pub(super) fn is_hashed(steps: &[Step], kuberay: &Version) -> bool {
    !NOT_HASHED.iter().any(|(field, since)| kuberay >= since && Pattern(field).matches(steps))
}

pub(super) fn effects(case: &Case<'_>) -> Vec<Effect> {
    let Some(case) = case.within("/spec") else {
        let one = case.look_up_in(&[("/metadata", METADATA)]);
        return one.or_else(|| other::effect(case, "")).into_iter().collect();
    };
    let beside = case.look_up(BESIDE);
    let rejected = beside.as_ref().is_some_and(|effect| effect.verdict == Verdict::Rejected);
    let settled = rejected || case.is_at("suspend") || was_suspended(&case);
    if settled {
        return beside.into_iter().collect();
    }
    let hashed = is_hashed(case.steps, case.kuberay.1);
    let on_pods = if hashed && recreates(&case) { case.look_up(RECREATION) } else { case.look_up(PODS) };
    match beside {
        None => on_pods.into_iter().collect(),
        Some(beside) if !hashed => vec![beside],
        // That pods do not care is news only where nothing else is.
        Some(beside) => {
            let on_pods = on_pods.filter(|effect| effect.verdict != Verdict::Unaffected);
            std::iter::once(beside).chain(on_pods).collect()
        }
    }
}

/// The strategy is `Recreate` after the merge: the operator acts on what it then finds. Before 1.6 there is no strategy.
fn recreates(case: &Case<'_>) -> bool {
    case.text("/spec/upgradeStrategy/type") == "Recreate" && *case.kuberay.1 >= Version::new(1, 6, 0)
}

fn recreates_after_upgrade(case: &Case<'_>) -> bool {
    recreates(case) && operator_upgraded(case)
}

/// A group of the same pods appears under another name.
fn is_renamed(case: &Case<'_>) -> bool {
    let containers = |edit: &Edit| match edit {
        Edit::Removed(group) | Edit::Added(group) => group.pointer("/template/spec/containers").cloned(),
        _ => None,
    };
    let appears = |other: &&Change| matches!(other.edit, Edit::Added(_)) && other.path != case.change.path;
    let pods = containers(&case.change.edit);
    removed(case) && pods.is_some() && case.all.iter().filter(appears).any(|other| containers(&other.edit) == pods)
}

/// KubeRay's gate `RayMultiHostIndexing` is on from 1.6.
fn indexes_hosts(case: &Case<'_>) -> bool {
    *case.kuberay.1 >= Version::new(1, 6, 0)
}

/// The GCS keeps its state outside of the head, before and after.
fn keeps_gcs_state(case: &Case<'_>) -> bool {
    [case.old, case.new].iter().all(|object| object.pointer("/spec/gcsFaultToleranceOptions").is_some())
}

/// From 1.7 the operator updates the Ingress that it made, and copies the cluster's annotations to it.
fn copies_annotations(case: &Case<'_>) -> bool {
    *case.kuberay.1 >= Version::new(1, 7, 0) && case.flag("/spec/headGroupSpec/enableIngress")
}

/// The Ray container is the first.
fn of_ray_container(case: &Case<'_>) -> bool {
    let first = case.text("/spec/headGroupSpec/template/spec/containers/0/name");
    case.change.path.item() == Some(first)
}

fn has_fixed_size(case: &Case<'_>) -> bool {
    !case.flag("/spec/enableInTreeAutoscaling")
}

/// Without an autoscaler: the number of pods that the operator wants stays the same.
fn keeps_size(case: &Case<'_>) -> bool {
    has_fixed_size(case) && desired_replicas(case.old, case) == desired_replicas(case.new, case)
}

/// The replicas of the case's worker group, clamped to its bounds as the operator does.
fn desired_replicas(object: &Value, case: &Case<'_>) -> Option<i64> {
    let group = case.change.path.item()?;
    let groups = object.pointer("/spec/workerGroupSpecs")?.as_array()?;
    let group = groups.iter().find(|candidate| candidate["groupName"] == group)?;
    let number = |field: &str, default: i64| group[field].as_i64().unwrap_or(default);
    let (least, most) = (number("minReplicas", 0), number("maxReplicas", i64::from(i32::MAX)));
    Some(number("replicas", 0).min(most).max(least))
}
