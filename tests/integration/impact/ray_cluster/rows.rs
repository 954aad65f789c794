//! The rows of KubeRay's behaviour towards a standalone RayCluster.

use raygen::impact::Verdict::{
    self, HalfApplied, Live, Mixed, Orphan, Pending, Rejected, Restart, Scale, Stale, Stop, Unaffected,
};
use raygen::json;
use raygen::json::Value;

use crate::impact::Edit::{self, Object, Spec};

/// Two groups and no autoscaler.
pub(super) const FIXED: &str = r#"
[clusters.train]
autoscaling.enabled = false
[clusters.train.head]
cpu = 3
memory = "12Gi"
[clusters.train.workers.a]
cpu = 3
memory = "12Gi"
replicas = 2
max = 4
[clusters.train.workers.b]
cpu = 3
memory = "12Gi"
replicas = 1
max = 4
"#;

/// The same with one.
const AUTOSCALED: &str = r#"
[clusters.train.head]
cpu = 3
memory = "12Gi"
[clusters.train.workers.a]
cpu = 3
memory = "12Gi"
min = 1
max = 4
[clusters.train.workers.b]
cpu = 3
memory = "12Gi"
max = 4
"#;

/// A change of a team's spec, and the verdicts without and with `Recreate`.
pub(super) type Row = (&'static str, &'static str, Edit, &'static [Verdict], &'static [Verdict]);

pub(super) fn all() -> Vec<Row> {
    [pods(), sizes(), groups(), autoscaler(), beside(), security()].concat()
}

fn pods() -> Vec<Row> {
    vec![
        (
            "head image",
            FIXED,
            Spec("", "[override.prod.clusters.train.head]\nimage = \"ray:2\""),
            &[Pending],
            &[Restart],
        ),
        ("head env", FIXED, Spec("", "[override.prod.clusters.train.head]\nenv.A = \"1\""), &[Pending], &[Restart]),
        ("head amounts", FIXED, Spec("", "[override.prod.clusters.train.head]\ncpu = 2"), &[Pending], &[Restart]),
        (
            "head rayStartParams",
            FIXED,
            Spec("", "[override.prod.clusters.train.head]\nray-start-params = { num-cpus = \"1\" }"),
            &[Pending],
            &[Restart],
        ),
        (
            "head resources",
            FIXED,
            Spec("", "[override.prod.clusters.train.head]\nray-resources.CPU = \"0\""),
            &[Pending],
            &[Restart],
        ),
        (
            "head labels",
            FIXED,
            Spec("", "[override.prod.clusters.train.head]\nray-labels.tier = \"a\""),
            &[Pending],
            &[Restart],
        ),
        (
            "worker image",
            FIXED,
            Spec("", "[override.prod.clusters.train.workers.a]\nimage = \"ray:2\""),
            &[Mixed],
            &[Restart],
        ),
        (
            "worker rayStartParams",
            FIXED,
            Spec("", "[override.prod.clusters.train.workers.a]\nray-start-params = { num-cpus = \"1\" }"),
            &[Mixed],
            &[Restart],
        ),
        (
            "worker tolerations",
            FIXED,
            Spec("", "[override.prod.clusters.train.workers.a]\ntolerations = [{ key = \"x\", value = \"y\" }]"),
            &[Mixed],
            &[Mixed],
        ),
        (
            "head tolerations",
            FIXED,
            Spec("", "[override.prod.clusters.train.head]\ntolerations = [{ key = \"x\", value = \"y\" }]"),
            &[Pending],
            &[Pending],
        ),
        (
            "worker schedulingGates",
            FIXED,
            Object("/spec/workerGroupSpecs/0/template/spec/schedulingGates", Value::Null, json!([{"name": "x"}])),
            &[Mixed],
            &[Mixed],
        ),
        (
            "rayVersion",
            FIXED,
            Spec("", "[override.prod.clusters.train]\nray-version = \"2.55.0\""),
            &[Pending],
            &[Restart],
        ),
    ]
}

fn sizes() -> Vec<Row> {
    const OFF: &str = "[override.prod.clusters.train.workers.a]\n";
    vec![
        ("replicas up", FIXED, Spec("", "[override.prod.clusters.train.workers.a]\nreplicas = 3"), &[Scale], &[Scale]),
        (
            "replicas down",
            FIXED,
            Spec("", "[override.prod.clusters.train.workers.a]\nreplicas = 1"),
            &[Scale],
            &[Scale],
        ),
        (
            "replicas up, autoscaled",
            AUTOSCALED,
            Object("/spec/workerGroupSpecs/0/replicas", json!(1), json!(2)),
            &[Scale],
            &[Scale],
        ),
        (
            "replicas down, autoscaled",
            AUTOSCALED,
            Object("/spec/workerGroupSpecs/0/replicas", json!(2), json!(1)),
            &[Unaffected],
            &[Unaffected],
        ),
        (
            "min above replicas",
            FIXED,
            Object("/spec/workerGroupSpecs/0/minReplicas", json!(0), json!(3)),
            &[Scale],
            &[Scale],
        ),
        (
            "max below replicas",
            FIXED,
            Object("/spec/workerGroupSpecs/0/maxReplicas", json!(4), json!(1)),
            &[Scale],
            &[Scale],
        ),
        ("max alone", FIXED, Spec("", "[override.prod.clusters.train.workers.a]\nmax = 6"), &[Live], &[Live]),
        (
            "min, autoscaled",
            AUTOSCALED,
            Spec(OFF, "[override.prod.clusters.train.workers.a]\nmin = 2"),
            &[Scale],
            &[Scale],
        ),
        (
            "max, autoscaled",
            AUTOSCALED,
            Spec(OFF, "[override.prod.clusters.train.workers.a]\nmax = 2"),
            &[Scale],
            &[Scale],
        ),
        (
            "workersToDelete",
            AUTOSCALED,
            Object("/spec/workerGroupSpecs/0/scaleStrategy", Value::Null, json!({"workersToDelete": ["x"]})),
            &[Scale],
            &[Scale],
        ),
    ]
}

fn groups() -> Vec<Row> {
    const C: &str = "[clusters.train.workers.c]\ncpu = 3\nmemory = \"12Gi\"\nmax = 2";
    const D: &str = "[clusters.train.workers.d]\ncpu = 3\nmemory = \"12Gi\"\nmax = 2";
    const C_AND_D: &str = "[clusters.train.workers.c]\ncpu = 3\nmemory = \"12Gi\"\nmax = 2\n\
                           [clusters.train.workers.d]\ncpu = 3\nmemory = \"12Gi\"\nmax = 2";
    const D_AND_C: &str = "[clusters.train.workers.d]\ncpu = 3\nmemory = \"12Gi\"\nmax = 2\n\
                           [clusters.train.workers.c]\ncpu = 3\nmemory = \"12Gi\"\nmax = 2";
    vec![
        ("append", FIXED, Spec("", C), &[Scale], &[Restart]),
        (
            "first group of all",
            FIXED,
            Object("/spec/workerGroupSpecs", Value::Null, json!([{"groupName": "a"}])),
            &[Scale],
            &[Restart],
        ),
        ("remove", FIXED, Spec(C, ""), &[Orphan], &[Restart]),
        (
            "remove all",
            FIXED,
            Object("/spec/workerGroupSpecs", json!([{"groupName": "a"}]), Value::Null),
            &[Orphan],
            &[Restart],
        ),
        ("rename", FIXED, Spec(C, D), &[Orphan, Scale], &[Restart]),
        ("reorder", FIXED, Spec(C_AND_D, D_AND_C), &[Unaffected], &[Restart]),
        ("numOfHosts", FIXED, Spec("", "[override.prod.clusters.train.workers.a]\nhosts = 2"), &[Restart], &[Restart]),
    ]
}

fn autoscaler() -> Vec<Row> {
    vec![
        (
            "group's idleTimeoutSeconds",
            AUTOSCALED,
            Spec("", "[override.prod.clusters.train.workers.a]\nidle-timeout = \"5m\""),
            &[Live],
            &[Restart],
        ),
        (
            "priority",
            AUTOSCALED,
            Spec("", "[override.prod.clusters.train.workers.a]\npriority = 2"),
            &[Live],
            &[Restart],
        ),
        (
            "idleTimeoutSeconds",
            AUTOSCALED,
            Spec("", "[override.prod.clusters.train.autoscaling]\nidle-timeout = \"9m\""),
            &[Live],
            &[Restart],
        ),
        (
            "upscalingMode",
            AUTOSCALED,
            Spec("", "[override.prod.clusters.train.autoscaling]\nupscaling-mode = \"Conservative\""),
            &[Live],
            &[Restart],
        ),
        (
            "version",
            AUTOSCALED,
            Object("/spec/autoscalerOptions/version", json!("v1"), json!("v2")),
            &[Pending],
            &[Restart],
        ),
        (
            "image",
            AUTOSCALED,
            Spec("", "[override.prod.clusters.train.autoscaling]\nimage = \"ray:2\""),
            &[Pending],
            &[Restart],
        ),
        (
            "amounts",
            AUTOSCALED,
            Spec("", "[override.prod.clusters.train.autoscaling]\ncpu = 1"),
            &[Pending],
            &[Restart],
        ),
        (
            "env",
            AUTOSCALED,
            Object("/spec/autoscalerOptions/env", Value::Null, json!([{"name": "A", "value": "1"}])),
            &[Pending],
            &[Restart],
        ),
        (
            "on",
            AUTOSCALED,
            Object("/spec/enableInTreeAutoscaling", json!(false), json!(true)),
            &[HalfApplied],
            &[Restart],
        ),
        (
            "off, with all its options",
            AUTOSCALED,
            Spec("", "[override.prod.clusters.train.autoscaling]\nenabled = false"),
            &[HalfApplied, Pending],
            &[Restart],
        ),
    ]
}

fn beside() -> Vec<Row> {
    vec![
        (
            "serviceType",
            FIXED,
            Spec("", "[override.prod.clusters.train.service]\ntype = \"NodePort\""),
            &[Stale],
            &[Restart, Stale],
        ),
        (
            "headServiceAnnotations",
            FIXED,
            Spec("", "[override.prod.clusters.train.service]\nannotations.a = \"b\""),
            &[Stale],
            &[Restart, Stale],
        ),
        (
            "headService's name",
            FIXED,
            Object(
                "/spec/headGroupSpec/headService",
                json!({"metadata": {"name": "a"}}),
                json!({"metadata": {"name": "b"}}),
            ),
            &[Stale],
            &[Restart, Stale],
        ),
        (
            "head port",
            FIXED,
            Object("/spec/headGroupSpec/template/spec/containers/0/ports/2/containerPort", json!(10001), json!(10002)),
            &[Stale, Pending],
            &[Restart, Stale],
        ),
        (
            "enableIngress on",
            FIXED,
            Object("/spec/headGroupSpec/enableIngress", Value::Null, json!(true)),
            &[Live],
            &[Restart, Live],
        ),
        (
            "enableIngress off",
            FIXED,
            Object("/spec/headGroupSpec/enableIngress", json!(true), json!(false)),
            &[Stale],
            &[Restart, Stale],
        ),
        (
            "ingressOptions",
            FIXED,
            Object("/spec/headGroupSpec/ingressOptions", Value::Null, json!({"host": "a"})),
            &[Live],
            &[Restart, Live],
        ),
        ("annotations", FIXED, Spec("", "[override.prod.clusters.train]\nannotations.a = \"b\""), &[Live], &[Live]),
        ("labels", FIXED, Spec("", "[override.prod.clusters.train]\nlabels.a = \"b\""), &[Live], &[Live]),
        (
            "networkPolicy",
            FIXED,
            Object("/spec/networkPolicy", Value::Null, json!({"mode": "DenyAll"})),
            &[Live],
            &[Restart, Live],
        ),
    ]
}

fn security() -> Vec<Row> {
    const REDIS: &str = "[override.prod.clusters.train.fault-tolerance]\naddress = \"redis:6379\"";
    vec![
        (
            "authOptions",
            FIXED,
            Spec("", "[override.prod.clusters.train]\nauth.mode = \"disabled\""),
            &[Mixed],
            &[Restart],
        ),
        ("tlsOptions", FIXED, Object("/spec/tlsOptions", Value::Null, json!({"enabled": true})), &[Mixed], &[Restart]),
        ("gcsFaultToleranceOptions", FIXED, Spec("", REDIS), &[Pending], &[Restart]),
        (
            "its backend",
            FIXED,
            Object("/spec/gcsFaultToleranceOptions", json!({"backend": "redis"}), json!({"backend": "rocksdb"})),
            &[Rejected],
            &[Rejected],
        ),
        ("suspend", FIXED, Spec("", "[override.prod.clusters.train]\nsuspend = true"), &[Stop], &[Stop]),
        ("resume", FIXED, Spec("[override.prod.clusters.train]\nsuspend = true", ""), &[Scale], &[Scale]),
        (
            "managedBy",
            FIXED,
            Object("/spec/managedBy", json!("ray.io/kuberay-operator"), json!("x")),
            &[Rejected],
            &[Rejected],
        ),
        (
            "managedBy another",
            FIXED,
            Object("/spec/managedBy", Value::Null, json!("kueue.x-k8s.io/multikueue")),
            &[Orphan],
            &[Orphan],
        ),
        (
            "managedBy the operator",
            FIXED,
            Object("/spec/managedBy", Value::Null, json!("ray.io/kuberay-operator")),
            &[Live],
            &[Restart, Live],
        ),
    ]
}
