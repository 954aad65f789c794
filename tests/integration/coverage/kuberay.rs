//! Every check of KubeRay's reconcile loop (`utils/validation.go`, v1.7.0): the rule that says it first, or why no
//! spec can reach it.
//!
//! The items are those of the operator's functions, numbered by function: `cluster`, `job`, `service`, `cron-job`.

use std::collections::BTreeMap;

use raygen::lint;
use serde_json::Value;

use crate::rules::{PLATFORM, checked_with};

/// Who says it.
enum By {
    /// A rule of the registry.
    Rule(&'static str),
    /// An earlier stage, under this name.
    Stage(&'static str),
    /// Nobody, for this reason.
    Nobody(&'static str),
}

/// What trips the check.
enum Case {
    /// A team's file.
    Team(String),
    /// A team's file, where all feature gates are on.
    Gated(String),
    /// An object of a kind that no spec makes yet.
    Object(String),
    /// An object, where all feature gates are on.
    GatedObject(String),
    /// Nothing that a spec or an object can say.
    None,
}

use By::{Nobody, Rule, Stage};
use Case::{Gated, GatedObject, Object, Team};

const GATES: &str = "\n[environments.prod.kuberay.feature-gates]\nRayClusterNetworkPolicy = true\nRayClusterMTLS = true\n\
     RayClusterHistoryServer = true\nGCSFaultToleranceEmbeddedStorage = true\nRayCronJob = true\n";

const WORKERS: &str = "[clusters.train.workers.cpu]\ncpu = 3\nmemory = \"12Gi\"\nmax = 4\n";

/// Keys of the head, before a worker group.
fn head(keys: &str) -> String {
    format!("[clusters.train.head]\n{keys}\n{WORKERS}")
}

/// Further keys of the worker group.
fn worker(keys: &str) -> String {
    format!("{WORKERS}{keys}\n")
}

/// A patch that merges into the RayCluster's spec.
fn spec(merge: &str) -> String {
    format!("{WORKERS}\n[[clusters.train.patch]]\nkind = \"RayCluster\"\nmerge = {{ spec = {{ {merge} }} }}\n")
}

/// A patch that merges into the RayCluster's spec, beside an annotation.
fn annotated(annotation: &str, merge: &str) -> String {
    format!("[clusters.train]\nannotations = {{ \"{annotation}\" = \"true\" }}\n\n{}", spec(merge))
}

/// A patch that replaces the worker groups by one with these fields.
fn group(fields: &str) -> String {
    let container = "{ name = \"ray\", image = \"rayproject/ray:2.52.0\", resources = { limits = { cpu = \"1\" } } }";
    let template = format!("template = {{ spec = {{ containers = [{container}] }} }}");
    spec(&format!("workerGroupSpecs = [{{ groupName = \"cpu\", maxReplicas = 1, {fields}, {template} }}]"))
}

/// A patch of the autoscaler's options.
fn autoscaler(fields: &str) -> String {
    spec(&format!("autoscalerOptions = {{ {fields} }}"))
}

/// A patch of GCS fault tolerance by RocksDB.
fn rocksdb(fields: &str) -> String {
    spec(&format!("gcsFaultToleranceOptions = {{ backend = \"rocksdb\"{fields} }}"))
}

const REDIS: &str = "gcsFaultToleranceOptions = { redisAddress = \"redis:6379\" }";

/// The options of a history server's collector.
fn collector(options: &str) -> String {
    spec(&format!("historyServerOptions = {{ collectorOptions = {{ {options} }} }}"))
}

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
fn service(fields: &str, cluster: &str) -> String {
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

type Item = (&'static str, By, Case);

#[expect(clippy::too_many_lines, reason = "a table reads best in one piece")]
fn clusters() -> Vec<Item> {
    let limits = "resources = { limits = { cpu = \"1\" } }";
    vec![
        ("cluster 1: a head without containers", Stage("invalid-manifest"), {
            Team(spec("headGroupSpec = { template = { spec = { containers = [] } } }"))
        }),
        (
            "cluster 2: amounts twice, head",
            Rule("conflicting-ray-start-params"),
            Team(head("ray-resources = { cpu = \"0\" }")),
        ),
        (
            "cluster 2: amounts twice, worker",
            Rule("conflicting-ray-start-params"),
            Team(worker("ray-resources = { cpu = \"1\" }\nray-start-params = { num-cpus = \"1\" }")),
        ),
        (
            "cluster 3: labels as a flag",
            Rule("conflicting-ray-start-params"),
            Team(worker("ray-start-params = { labels = \"a=b\" }")),
        ),
        ("cluster 4: invalid labels", Rule("invalid-ray-label"), Team(worker("ray-labels = { a = \"b c\" }"))),
        (
            "cluster 5: a worker without containers",
            Stage("invalid-manifest"),
            Team(spec("workerGroupSpecs = [{ groupName = \"cpu\", template = { spec = { containers = [] } } }]")),
        ),
        (
            "cluster 6: bounds missing without autoscaling",
            Nobody("the CRD has a default for both, and raygen always writes both"),
            Case::None,
        ),
        ("cluster 7: inverted bounds", Rule("inverted-replica-bounds"), Team(worker("min = 5"))),
        ("cluster 7: inverted bounds in a patch", Rule("inverted-replica-bounds"), Team(group("minReplicas = 2"))),
        ("cluster 7: negative bounds", Rule("inverted-replica-bounds"), Team(group("minReplicas = -1"))),
        (
            "cluster 8: a negative idle timeout of a group",
            Rule("negative-idle-timeout"),
            Team(group("idleTimeoutSeconds = -1")),
        ),
        (
            "cluster 8: an idle timeout without version 2",
            Rule("idle-timeout-without-v2"),
            Team(worker("replicas = 1\nidle-timeout = \"5m\"\n\n[clusters.train.autoscaling]\nenabled = false")),
        ),
        ("cluster 9: priority and an old Ray", Rule("unsupported-priority"), Team(worker("priority = 1"))),
        (
            "cluster 9: priority without version 2",
            Rule("unsupported-priority"),
            Team(worker(
                "priority = 1\nreplicas = 1\n\n[clusters.train]\nray-version = \"2.56.0\"\nautoscaling = { enabled = false }",
            )),
        ),
        (
            "cluster 10: fault tolerance by annotation and options",
            Rule("conflicting-fault-tolerance"),
            Team(annotated("ray.io/ft-enabled", REDIS)),
        ),
        (
            "cluster 11: Redis without fault tolerance",
            Rule("conflicting-fault-tolerance"),
            Team(head("env = { RAY_REDIS_ADDRESS = \"redis:6379\" }")),
        ),
        (
            "cluster 12: Redis twice, by variable",
            Rule("conflicting-fault-tolerance"),
            Team(format!("[clusters.train.head]\nenv = {{ REDIS_PASSWORD = \"\" }}\n\n{}", spec(REDIS))),
        ),
        (
            "cluster 12: Redis twice, by flag",
            Rule("conflicting-fault-tolerance"),
            Team(format!("[clusters.train.head]\nray-start-params = {{ redis-password = \"x\" }}\n\n{}", spec(REDIS))),
        ),
        (
            "cluster 12: the storage's namespace twice",
            Rule("conflicting-fault-tolerance"),
            Team(annotated("ray.io/external-storage-namespace", REDIS)),
        ),
        ("cluster 13: RocksDB without its gate", Rule("disabled-feature-gate"), Team(rocksdb(""))),
        (
            "cluster 13: RocksDB with options of Redis",
            Rule("conflicting-fault-tolerance"),
            Gated(rocksdb(", redisAddress = \"redis:6379\"")),
        ),
        (
            "cluster 13: RocksDB with a claim and a size",
            Rule("conflicting-fault-tolerance"),
            Gated(rocksdb(", storage = { claimName = \"a\", size = \"1Gi\" }")),
        ),
        (
            "cluster 13: RocksDB beside the head's own variables",
            Rule("conflicting-fault-tolerance"),
            Gated(format!("[clusters.train.head]\nenv = {{ RAY_gcs_storage = \"redis\" }}\n\n{}", rocksdb(""))),
        ),
        (
            "cluster 13: RocksDB beside the head's own volume",
            Rule("conflicting-fault-tolerance"),
            Gated(format!(
                "[clusters.train.head]\npod = {{ volumes = [{{ name = \"gcs-storage\", emptyDir = {{}} }}] }}\n\n{}",
                rocksdb("")
            )),
        ),
        (
            "cluster 13: storage with Redis",
            Rule("conflicting-fault-tolerance"),
            Team(spec("gcsFaultToleranceOptions = { redisAddress = \"a:1\", storage = { size = \"1Gi\" } }")),
        ),
        (
            "cluster 14: Redis' user by variable",
            Rule("conflicting-fault-tolerance"),
            Team(head("env = { REDIS_USERNAME = \"ray\" }")),
        ),
        (
            "cluster 14: Redis' user by flag",
            Rule("conflicting-fault-tolerance"),
            Team(head("ray-start-params = { redis-username = \"ray\" }")),
        ),
        (
            "cluster 15: a suspended group with autoscaling",
            Rule("suspended-worker-group"),
            Team(group("suspend = true")),
        ),
        (
            "cluster 16: the variable without autoscaling",
            Rule("conflicting-autoscaler-version"),
            Team(format!(
                "[clusters.train]\nautoscaling = {{ enabled = false }}\n\n{}replicas = 1\n",
                head("env = { RAY_enable_autoscaler_v2 = \"1\" }")
            )),
        ),
        (
            "cluster 17: variable and version",
            Rule("conflicting-autoscaler-version"),
            Team(head("env = { RAY_enable_autoscaler_v2 = \"0\" }")),
        ),
        (
            "cluster 18: the head restarts in place",
            Rule("invalid-restart-policy"),
            Team(head("pod = { restartPolicy = \"Always\" }")),
        ),
        (
            "cluster 18: workers restart in place",
            Rule("invalid-restart-policy"),
            Team(worker("pod = { restartPolicy = \"OnFailure\" }")),
        ),
        (
            "cluster 19: a negative idle timeout",
            Rule("negative-idle-timeout"),
            Team(autoscaler("idleTimeoutSeconds = -1")),
        ),
        (
            "cluster 19: the operator's own variable",
            Rule("reserved-env"),
            Team(autoscaler("env = [{ name = \"KUBERAY_GEN_AUTOSCALER_START_CMD\", value = \"x\" }]")),
        ),
        (
            "cluster 20: a history server without its gate",
            Rule("disabled-feature-gate"),
            Team(collector("image = \"a:1\"")),
        ),
        (
            "cluster 20: a history server without a collector",
            Rule("invalid-history-server"),
            Gated(spec("historyServerOptions = {}")),
        ),
        (
            "cluster 20: a collector without image",
            Rule("invalid-history-server"),
            Gated(collector("env = [{ name = \"STORAGE_BACKEND\", value = \"LOCAL\" }]")),
        ),
        (
            "cluster 20: a collector with the operator's variables",
            Rule("invalid-history-server"),
            Gated(collector("image = \"a:1\", env = [{ name = \"POD_IP\", value = \"x\" }]")),
        ),
        (
            "cluster 20: a collector without its bucket",
            Rule("invalid-history-server"),
            Gated(collector("image = \"a:1\", env = [{ name = \"STORAGE_BACKEND\", value = \"GCS\" }]")),
        ),
        (
            "cluster 21: tokens and an old Ray",
            Rule("unsupported-token-auth"),
            Team(format!("[clusters.train]\nray-version = \"2.51.0\"\nauth = {{ mode = \"token\" }}\n\n{WORKERS}")),
        ),
        (
            "cluster 21: tokens of Kubernetes and an old Ray",
            Rule("unsupported-token-auth"),
            Team(spec("authOptions = { enableK8sTokenAuth = true }")),
        ),
        (
            "cluster 21: tokens of Kubernetes and a Secret",
            Rule("unsupported-token-auth"),
            Team(format!(
                "[clusters.train]\nray-version = \"2.55.0\"\n\n{}",
                spec("authOptions = { enableK8sTokenAuth = true, secretName = \"a\" }")
            )),
        ),
        (
            "cluster 22: a network policy without its gate",
            Rule("disabled-feature-gate"),
            Team(spec("networkPolicy = { mode = \"DenyAll\" }")),
        ),
        (
            "cluster 22: rules that the mode leaves open",
            Rule("invalid-network-policy"),
            Gated(spec("networkPolicy = { mode = \"DenyAllEgress\", head = { ingressRules = [{}] } }")),
        ),
        (
            "cluster 22: an unknown group",
            Rule("invalid-network-policy"),
            Gated(spec("networkPolicy = { mode = \"DenyAll\", workerGroups = [{ groupName = \"gpu\" }] }")),
        ),
        (
            "cluster 23: TLS without its gate",
            Rule("disabled-feature-gate"),
            Team(spec("tlsOptions = { enabled = true }")),
        ),
        (
            "cluster 23: TLS by variable",
            Rule("conflicting-tls"),
            Gated(format!(
                "[clusters.train.head]\nenv = {{ RAY_USE_TLS = \"1\" }}\n\n{}",
                spec("tlsOptions = { enabled = true }")
            )),
        ),
        (
            "cluster 23: TLS by variable of the autoscaler",
            Rule("conflicting-tls"),
            Gated(spec(
                "tlsOptions = { enabled = true }, autoscalerOptions = { env = [{ name = \"RAY_USE_TLS\", value = \"1\" }] }",
            )),
        ),
        (
            "cluster 23: TLS by mount",
            Rule("conflicting-tls"),
            Gated(format!(
                "[clusters.train.head]\ncontainer = {{ volumeMounts = [{{ name = \"ray-logs\", mountPath = \"/etc/ray/tls\" }}] }}\n\n{}",
                spec("tlsOptions = { enabled = true }")
            )),
        ),
        (
            "cluster 24: an unknown upgrade strategy",
            Stage("invalid-manifest"),
            Team(spec("upgradeStrategy = { type = \"Rolling\" }")),
        ),
        (
            "cluster 24: an upgrade strategy within a service",
            Rule("nested-upgrade-strategy"),
            Object(service("", "upgradeStrategy: { type: Recreate },")),
        ),
        (
            "quirk: authentication without a mode",
            Rule("modeless-auth"),
            Team(format!(
                "{WORKERS}\n[[clusters.train.patch]]\nkind = \"RayCluster\"\nremove = [\"/spec/authOptions/mode\"]\n"
            )),
        ),
        ("quirk: CPUs are rounded up", Rule("fractional-cpu"), Team(WORKERS.replace("cpu = 3", "cpu = \"2500m\""))),
        (
            "not checked by anybody: image and version",
            Rule("mixed-ray-versions"),
            Team(worker("image = \"rayproject/ray:2.53.0\"")),
        ),
        (
            "not checked by anybody: the dashboard's port",
            Rule("missing-dashboard-port"),
            Team(spec(&format!(
                "headGroupSpec = {{ template = {{ spec = {{ containers = [{{ name = \"ray\", image = \"r:1\", {limits}, ports = [{{ name = \"ui\", containerPort = 1 }}] }}] }} }} }}"
            ))),
        ),
    ]
}

fn jobs() -> Vec<Item> {
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

fn services_and_cron_jobs() -> Vec<Item> {
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
            Nobody("rules of jobs look at RayJobs only, until raygen renders RayCronJobs; those of clusters see both"),
            Case::None,
        ),
        ("names", Nobody("the stage that composes names checks them for every workload"), Case::None),
    ]
}

#[test]
fn every_check_of_the_operator_is_said_before_the_merge() {
    let mut failures = Vec::new();
    for (item, by, case) in [clusters(), jobs(), services_and_cron_jobs()].into_iter().flatten() {
        let rule = match by {
            Rule(name) if lint::rule(name).is_none() => {
                failures.push(format!("{item}: there is no rule `{name}`"));
                continue;
            }
            Rule(name) | Stage(name) => name,
            Nobody(reason) => {
                assert!(!reason.is_empty(), "{item}");
                continue;
            }
        };
        let (team, object, gated) = match case {
            Team(team) => (team, None, false),
            Gated(team) => (team, None, true),
            Object(object) => (WORKERS.to_owned(), Some(object), false),
            GatedObject(object) => (WORKERS.to_owned(), Some(object), true),
            Case::None => continue,
        };
        let objects: Vec<Value> = object
            .iter()
            .map(|text| serde_saphyr::from_str(text).unwrap_or_else(|error| panic!("{item}: {error}")))
            .collect();
        let platform = format!("{PLATFORM}{}", if gated { GATES } else { "" });
        let files =
            BTreeMap::from([("teams/_platform.toml".to_owned(), platform), ("teams/vision.toml".to_owned(), team)]);
        let found = checked_with(&files, objects).1.diagnostics;
        if !found.iter().any(|diagnostic| diagnostic.rule == rule && diagnostic.span.is_some()) {
            let others: Vec<String> = found.iter().map(|each| format!("{}: {}", each.rule, each.message)).collect();
            failures.push(format!("{item}: no `{rule}`, but {others:#?}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
