//! Pods that the API server would refuse, one by one.

use raygen::json;
use raygen::json::Value;

use crate::rules;

/// The rules that a worker with these fields of its pod and of its container raises, of those in `among`.
fn raised(pod: &Value, container: &Value, among: &str) -> bool {
    let mut worker = json!({ "name": "ray-worker", "image": "rayproject/ray:2.52.0" });
    for (key, value) in container.as_object().into_iter().flatten() {
        worker[key] = value.clone();
    }
    let mut spec = json!({ "containers": [worker] });
    for (key, value) in pod.as_object().into_iter().flatten() {
        spec[key] = value.clone();
    }
    let object = json!({
        "apiVersion": "ray.io/v1", "kind": "RayCluster", "metadata": { "name": "train" },
        "spec": { "workerGroupSpecs": [{ "groupName": "cpu", "template": { "spec": spec } }] },
    });
    rules::linted(&[object]).iter().any(|diagnostic| diagnostic.rule == among)
}

#[test]
fn containers_that_the_api_server_refuses() {
    for (rule, container) in [
        ("request-above-limit", json!({ "resources": { "requests": { "cpu": 5 }, "limits": { "cpu": "4" } } })),
        (
            "request-above-limit",
            json!({ "resources": { "requests": { "memory": "1Gi" }, "limits": { "memory": null } } }),
        ),
        (
            "request-above-limit",
            json!({ "resources": { "requests": { "nvidia.com/gpu": 1 }, "limits": { "nvidia.com/gpu": 2 } } }),
        ),
        ("fractional-gpu", json!({ "resources": { "requests": { "amd.com/gpu": 1 } } })),
        (
            "duplicate-port",
            json!({ "ports": [{ "containerPort": 1, "hostPort": 9 }, { "containerPort": 2, "hostPort": 9 }] }),
        ),
        ("invalid-probe", json!({ "livenessProbe": { "httpGet": { "port": 80 }, "successThreshold": 2 } })),
        ("invalid-probe", json!({ "readinessProbe": { "httpGet": { "port": 0 } } })),
        ("invalid-probe", json!({ "startupProbe": { "exec": {} } })),
        ("invalid-probe", json!({ "lifecycle": { "preStop": { "exec": { "command": [] } } } })),
        ("invalid-probe", json!({ "readinessProbe": { "tcpSocket": { "port": 1 }, "exec": { "command": ["a"] } } })),
        ("invalid-env-source", json!({ "env": [{ "name": "A", "valueFrom": {} }] })),
        (
            "invalid-env-source",
            json!({ "env": [{ "name": "A", "valueFrom": { "secretKeyRef": { "name": "", "key": "k" } } }] }),
        ),
        ("invalid-env-source", json!({ "envFrom": [{ "prefix": "A_" }] })),
        ("dangling-mount", json!({ "volumeMounts": [{ "name": "data", "mountPath": "/data" }] })),
        ("invalid-volume", json!({ "volumeMounts": [{ "name": "data", "mountPath": "/data", "subPath": "../etc" }] })),
        (
            "conflicting-security-context",
            json!({ "securityContext": { "privileged": true, "allowPrivilegeEscalation": false } }),
        ),
        ("conflicting-security-context", json!({ "securityContext": { "seccompProfile": { "type": "Localhost" } } })),
    ] {
        assert!(raised(&Value::Null, &container, rule), "{rule}: {container}");
    }
}

#[test]
fn pods_that_the_api_server_refuses() {
    let preferred = |weight: i32, operator: &str| {
        json!({ "affinity": { "nodeAffinity": { "preferredDuringSchedulingIgnoredDuringExecution": [
            { "weight": weight, "preference": { "matchExpressions": [{ "key": "zone", "operator": operator }] } }
        ] } } })
    };
    for (rule, pod) in [
        ("invalid-affinity", preferred(0, "Exists")),
        ("invalid-affinity", preferred(1, "")),
        ("invalid-affinity", preferred(1, "In")),
        ("invalid-volume", json!({ "volumes": [{ "name": "data", "persistentVolumeClaim": { "claimName": "" } }] })),
        ("invalid-volume", json!({ "volumes": [{ "name": "data", "hostPath": { "path": "/a/../b" } }] })),
        ("conflicting-security-context", json!({ "securityContext": { "fsGroup": -1 } })),
        ("blanket-toleration", json!({ "tolerations": [{ "operator": "Exists", "effect": "" }] })),
    ] {
        assert!(raised(&pod, &Value::Null, rule), "{rule}: {pod}");
    }
    assert!(!raised(&preferred(100, "Exists"), &Value::Null, "invalid-affinity"));
    let ready = json!({ "tolerations": [{ "operator": "Exists", "effect": "NoExecute" }] });
    assert!(!raised(&ready, &Value::Null, "blanket-toleration"));
}

#[test]
fn rules_take_any_value_where_an_object_may_stand() {
    let odd = [json!(null), json!(true), json!(-1), json!("x"), json!([]), json!([1]), json!({}), json!({ "a": 1 })];
    let keys =
        ["affinity", "volumes", "tolerations", "nodeSelector", "securityContext", "containers", "initContainers"];
    let own = ["ports", "env", "envFrom", "resources", "volumeMounts", "securityContext", "livenessProbe", "lifecycle"];
    for value in &odd {
        for key in keys {
            raised(&json!({ key: value }), &Value::Null, "none");
        }
        for key in own {
            raised(&Value::Null, &json!({ key: value }), "none");
            raised(&Value::Null, &json!({ key: [value] }), "none");
        }
        for kind in ["Ingress", "PodDisruptionBudget", "NodePool", "EC2NodeClass", "Namespace", "RayService", "RayJob"]
        {
            rules::linted(&[json!({ "kind": kind, "metadata": value, "spec": value })]);
        }
    }
}
