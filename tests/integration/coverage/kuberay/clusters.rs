//! Checks of Ray clusters: `ValidateRayClusterSpec`, and what nobody checks.

use super::By::{Nobody, Rule, Stage};
use super::Case::{self, Gated, Object, Team};
use super::workloads::service;
use super::{Item, WORKERS};

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

#[expect(clippy::too_many_lines, reason = "it is a table")]
pub(super) fn clusters() -> Vec<Item> {
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
