//! What KubeRay does when a RayJob or a RayCronJob changes: a run keeps what it was started with.

use super::Effect;
use super::table::{Case, Row, always, rows, switched_on};

const CRD: &str = "KubeRay CRD, x-kubernetes-validations";
const CONTROLLER: &str = "KubeRay rayjob_controller.go";

/// Fields of a RayJob.
pub const JOB: &[Row] = rows! {
    // field                      condition       verdict
    "managedBy"                if always       => Rejected, "the field is immutable", CRD;
    "rayClusterSpec.managedBy" if always       => Rejected, "the field is immutable", CRD;
    "rayClusterSpec.**"        if always       => Ignored, "the operator disregards the cluster's spec once the cluster exists", "KubeRay rayjob_controller.go, `Disregard changes in RayClusterSpec of RayJob`";
    "suspend"                  if switched_on  => Stop, "the run ends: its cluster and its submitter are deleted", CONTROLLER;
    "suspend"                  if always       => Rerun, "a new cluster is made, and the job runs from its start", CONTROLLER;
    "{backoffLimit,deletionStrategy,shutdownAfterJobFinishes,ttlSecondsAfterFinished,activeDeadlineSeconds,preRunningDeadlineSeconds}.**" if always => Live, "the operator reads it in its next loop, for the run that is on", CONTROLLER;
    "**"                       if always       => Ignored, "a job that was submitted keeps what it was submitted with, and one that is finished does not run again", CONTROLLER;
};

/// Fields of a RayCronJob.
pub const CRON_JOB: &[Row] = rows! {
    "suspend"                  if switched_on  => Live, "no further runs start; one that is on goes on", "KubeRay raycronjob_controller.go";
    "jobTemplate.managedBy"    if always       => Rejected, "the field is immutable", CRD;
    "jobTemplate.rayClusterSpec.managedBy" if always => Rejected, "the field is immutable", CRD;
    "**"                       if always       => Live, "counts from the next run on; one that is on keeps what it has", "KubeRay raycronjob_controller.go";
};

const METADATA: &[Row] = rows! {
    "**"                       if always       => Live, "the operator looks again and leaves the run alone", CONTROLLER;
};

pub(super) fn effects(case: &Case<'_>, table: &[Row]) -> Vec<Effect> {
    let spec = case.within("/spec").map(|case| case.look_up(table));
    let metadata = || case.within("/metadata").map(|case| case.look_up(METADATA));
    spec.or_else(metadata).flatten().into_iter().collect()
}
