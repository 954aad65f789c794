//! Checks of RayJobs, RayServices and RayCronJobs.

use super::By::{Nobody, Rule, Stage};
use super::Case::{self, GatedObject, Object};
use super::Item;

const CLUSTER: &str =
    "{ rayVersion: 2.52.0, headGroupSpec: { template: { spec: { containers: [{ name: ray, image: 'r:1' }] } } } }";

/// A RayJob with these fields of its spec.
fn job(fields: &str) -> String {
    format!("{{ apiVersion: ray.io/v1, kind: RayJob, metadata: {{ name: j }}, spec: {{ entrypoint: x, {fields} }} }}")
}

/// A RayJob with a cluster of its own.
fn own(fields: &str) -> String {
    job(&format!("rayClusterSpec: {CLUSTER}, {fields}"))
}

/// A RayJob on a cluster of somebody else.
fn selected(fields: &str) -> String {
    job(&format!("clusterSelector: {{ ray.io/cluster: train }}, {fields}"))
}

/// A RayService with these fields of its spec, and further fields of its cluster.
pub(super) fn service(fields: &str, cluster: &str) -> String {
    let cluster = CLUSTER.replacen("rayVersion", &format!("{cluster} rayVersion"), 1);
    let spec = format!("rayClusterConfig: {cluster}, {fields}");
    format!("{{ apiVersion: ray.io/v1, kind: RayService, metadata: {{ name: s }}, spec: {{ {spec} }} }}")
}

/// A RayService that upgrades incrementally with these options.
fn incremental(options: &str) -> String {
    let options = format!("clusterUpgradeOptions: {{ {options} }}");
    let strategy = format!("upgradeStrategy: {{ type: NewClusterWithIncrementalUpgrade, {options} }}");
    service(&strategy, "enableInTreeAutoscaling: true,")
}

/// A RayCronJob with these fields of its spec.
fn cron_job(fields: &str) -> String {
    let spec = format!("{fields}, jobTemplate: {{ entrypoint: x, rayClusterSpec: {CLUSTER} }}");
    format!("{{ apiVersion: ray.io/v1, kind: RayCronJob, metadata: {{ name: c }}, spec: {{ {spec} }} }}")
}

/// Deletion rules of a RayJob.
fn deletion(rules: &str) -> String {
    format!("deletionStrategy: {{ deletionRules: [{rules}] }}")
}

pub(super) fn jobs() -> Vec<Item> {
    let cluster = "policy: DeleteCluster, condition: { jobStatus: FAILED, ttlSeconds: 5 }";
    vec![
        ("job: suspended", Rule("suspended-job-without-shutdown"), Object(own("suspend: true"))),
        ("job: a negative time to live", Rule("job-ttl-without-shutdown"), Object(own("ttlSecondsAfterFinished: -1"))),
        ("job: a time to live", Rule("job-ttl-without-shutdown"), Object(own("ttlSecondsAfterFinished: 60"))),
        ("job: selected, suspended", Rule("conflicting-cluster-selector"), Object(selected("suspend: true"))),
        (
            "job: selected, without a name",
            Rule("conflicting-cluster-selector"),
            Object(job("clusterSelector: { app: ray }")),
        ),
        (
            "job: selected, by a sidecar",
            Rule("conflicting-cluster-selector"),
            Object(selected("submissionMode: SidecarMode")),
        ),
        ("job: selected, retried", Rule("conflicting-cluster-selector"), Object(selected("backoffLimit: 1"))),
        ("job: no cluster", Rule("conflicting-cluster-selector"), Object(job("suspend: false"))),
        (
            "job: interactive, retried",
            Rule("conflicting-submission-mode"),
            Object(own("submissionMode: InteractiveMode, backoffLimit: 1")),
        ),
        (
            "job: by a sidecar, with a submitter",
            Rule("conflicting-submission-mode"),
            Object(own("submissionMode: SidecarMode, submitterConfig: { backoffLimit: 1 }")),
        ),
        (
            "job: by a sidecar, restarting",
            Rule("invalid-restart-policy"),
            Object(
                own("submissionMode: SidecarMode")
                    .replace("spec: { containers", "spec: { restartPolicy: Always, containers"),
            ),
        ),
        (
            "job: tokens of Kubernetes",
            Rule("unsupported-token-auth"),
            Object(own("").replace(
                "rayVersion: 2.52.0",
                "rayVersion: 2.55.0, authOptions: { mode: token, enableK8sTokenAuth: true }",
            )),
        ),
        ("job: runtime environment", Rule("unparsable-runtime-env"), Object(own("runtimeEnvYAML: 'a: b: c'"))),
        ("job: deadline", Rule("invalid-job-limit"), Object(own("activeDeadlineSeconds: 0"))),
        ("job: deadline before it runs", Rule("invalid-job-limit"), Object(own("preRunningDeadlineSeconds: 0"))),
        ("job: retries", Rule("invalid-job-limit"), Object(own("backoffLimit: -1"))),
        (
            "job: deletion rules and shutdown",
            Rule("invalid-deletion-rules"),
            Object(own(&format!("shutdownAfterJobFinishes: true, {}", deletion(&format!("{{ {cluster} }}"))))),
        ),
        (
            "job: deleting a selected cluster",
            Rule("invalid-deletion-rules"),
            Object(selected(&deletion(&format!("{{ {cluster} }}")))),
        ),
        (
            "job: deleting workers of the autoscaler",
            Rule("invalid-deletion-rules"),
            Object(
                own(&deletion(&format!("{{ {} }}", cluster.replace("DeleteCluster", "DeleteWorkers"))))
                    .replace("rayVersion", "enableInTreeAutoscaling: true, rayVersion"),
            ),
        ),
        (
            "job: two rules of a kind",
            Rule("invalid-deletion-rules"),
            Object(own(&deletion(&format!("{{ {cluster} }}, {{ {cluster} }}")))),
        ),
        (
            "job: workers after their cluster",
            Rule("invalid-deletion-rules"),
            Object(own(&deletion(&format!(
                "{{ {cluster} }}, {{ policy: DeleteWorkers, condition: {{ jobStatus: FAILED, ttlSeconds: 9 }} }}"
            )))),
        ),
        (
            "job: shutdown and `DeleteNone`",
            Rule("invalid-deletion-rules"),
            Object(own(
                "shutdownAfterJobFinishes: true, deletionStrategy: { onSuccess: { policy: DeleteNone }, onFailure: { policy: DeleteSelf } }",
            )),
        ),
        (
            "job: deletion rules beside the legacy ones",
            Stage("invalid-manifest"),
            Object(own(
                "deletionStrategy: { onSuccess: { policy: DeleteSelf }, onFailure: { policy: DeleteSelf }, deletionRules: [] }",
            )),
        ),
        (
            "job: metadata needs Ray 2.6",
            Rule("unsupported-ray-version"),
            Object(own("metadata: { a: b }").replace("2.52.0", "2.5.0")),
        ),
    ]
}

pub(super) fn services_and_cron_jobs() -> Vec<Item> {
    let options = "stepSizePercent: 10, intervalSeconds: 5, gatewayClassName: a";
    vec![
        (
            "service: a named Service of the head",
            Rule("named-head-service"),
            Object(
                service("", "").replace("headGroupSpec: {", "headGroupSpec: { headService: { metadata: { name: a } },"),
            ),
        ),
        (
            "service: an unknown upgrade",
            Rule("invalid-service-upgrade"),
            Object(service("upgradeStrategy: { type: Recreate }", "")),
        ),
        (
            "service: a negative delay",
            Stage("invalid-manifest"),
            Object(service("rayClusterDeletionDelaySeconds: -1", "")),
        ),
        (
            "service: incremental without autoscaling",
            Rule("invalid-service-upgrade"),
            Object(incremental(options).replace("enableInTreeAutoscaling: true,", "")),
        ),
        (
            "service: incremental without options",
            Rule("invalid-service-upgrade"),
            Object(service(
                "upgradeStrategy: { type: NewClusterWithIncrementalUpgrade }",
                "enableInTreeAutoscaling: true,",
            )),
        ),
        (
            "service: a surge out of range",
            Rule("invalid-service-upgrade"),
            Object(incremental(&format!("maxSurgePercent: 101, {options}"))),
        ),
        (
            "service: steps greater than the surge",
            Rule("invalid-service-upgrade"),
            Object(incremental(&format!("maxSurgePercent: 5, {options}"))),
        ),
        (
            "service: no interval",
            Rule("invalid-service-upgrade"),
            Object(incremental(&options.replace("intervalSeconds: 5", "intervalSeconds: 0"))),
        ),
        (
            "service: no gateway class",
            Rule("invalid-service-upgrade"),
            Object(incremental(&options.replace("gatewayClassName: a", "gatewayClassName: ''"))),
        ),
        (
            "service: the initializing timeout",
            Rule("invalid-initializing-timeout"),
            Object(
                service("", "")
                    .replace("{ name: s }", "{ name: s, annotations: { ray.io/initializing-timeout: '0' } }"),
            ),
        ),
        (
            "service: no port for Serve",
            Rule("serve-config-without-port"),
            Object(
                service("", "")
                    .replace("image: 'r:1'", "image: 'r:1', ports: [{ name: dashboard, containerPort: 8265 }]"),
            ),
        ),
        (
            "service: tokens of Kubernetes",
            Rule("unsupported-token-auth"),
            Object(service("", "authOptions: { mode: token, enableK8sTokenAuth: true },").replace("2.52.0", "2.55.0")),
        ),
        ("cron-job: without its gate", Rule("disabled-feature-gate"), Object(cron_job("schedule: '0 3 * * *'"))),
        (
            "cron-job: a time zone in the schedule",
            Rule("invalid-schedule"),
            GatedObject(cron_job("schedule: 'CRON_TZ=UTC 0 3 * * *'")),
        ),
        ("cron-job: the schedule", Rule("invalid-schedule"), GatedObject(cron_job("schedule: '0 3 * *'"))),
        (
            "cron-job: the time zone",
            Rule("invalid-schedule"),
            GatedObject(cron_job("schedule: '0 3 * * *', timeZone: 'no zone'")),
        ),
        (
            "cron-job: what its jobs may not",
            Rule("invalid-job-limit"),
            GatedObject(cron_job("schedule: '0 3 * * *'").replace("entrypoint: x", "entrypoint: x, backoffLimit: -1")),
        ),
        (
            "names",
            Nobody(
                "the stage that composes names checks them for every workload, and a rule those that no spec composed",
            ),
            Case::None,
        ),
    ]
}
