//! What KubeRay does when a RayJob or a RayCronJob changes: a run keeps what it was started with.

use super::table::{Parts, Row, handed_over, replaced, rows, switched_off, switched_on, was_suspended};

const CRD: &str = "KubeRay CRD, x-kubernetes-validations";
const MANAGER: &str = "KubeRay utils/util.go, ManagedByExternalController";
const CONTROLLER: &str = "KubeRay rayjob_controller.go";
const CRON_CONTROLLER: &str = "KubeRay raycronjob_controller.go, Reconcile";

/// Fields of a RayJob.
pub const JOB: &[Row] = rows! {
    "managedBy | rayClusterSpec.managedBy" if replaced => Rejected
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
        "the run ends: its cluster and its submitter are deleted"
        [CONTROLLER];
    "suspend" => Rerun
        "a new cluster is made, and the job runs from its start"
        [CONTROLLER];
    "**" if was_suspended => Live
        "nothing runs while it is suspended; it counts when it is resumed"
        [CONTROLLER];
    "rayClusterSpec.**" => Ignored
        "the operator disregards the cluster's spec once the cluster exists"
        ["KubeRay rayjob_controller.go, getOrCreateRayClusterInstance"];
    "{backoffLimit,deletionStrategy,shutdownAfterJobFinishes,ttlSecondsAfterFinished}.** | \
     {activeDeadlineSeconds,preRunningDeadlineSeconds}" => Live
        "the operator reads it in its next loop, for the run that is on"
        [CONTROLLER];
    "**" => Ignored
        "a job that was submitted keeps what it was submitted with, and one that is finished does not run again"
        [CONTROLLER];
};

/// Fields of a RayCronJob.
pub const CRON_JOB: &[Row] = rows! {
    "suspend" if switched_on => Live
        "no further runs start; one that is on goes on"
        [CRON_CONTROLLER];
    "jobTemplate.managedBy | jobTemplate.rayClusterSpec.managedBy" if replaced => Rejected
        "the field is immutable"
        [CRD];
    "suspend" if switched_off => Live
        "if a time has passed since the last run, a run starts at once"
        [CRON_CONTROLLER];
    "schedule | timeZone" => Live
        "counts from the last run on: if the new time has passed since, a run starts at once"
        [CRON_CONTROLLER];
    "**" => Live
        "counts from the next run on; one that is on keeps what it has"
        [CRON_CONTROLLER];
};

/// Labels and annotations.
const METADATA: &[Row] = rows! {
    "**" => Live
        "the operator looks again and leaves runs alone"
        ["KubeRay rayjob_controller.go and raycronjob_controller.go"];
};

/// The tables of a RayJob by the part of the object that they are about.
pub const JOB_PARTS: Parts = &[("/spec", JOB), ("/metadata", METADATA)];

/// Those of a RayCronJob.
pub const CRON_JOB_PARTS: Parts = &[("/spec", CRON_JOB), ("/metadata", METADATA)];
