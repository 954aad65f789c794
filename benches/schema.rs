//! Validating objects against their schemas.

use divan::Bencher;
use raygen::json;
use raygen::json::Value;
use raygen::schema::{Releases, Validators};

fn main() {
    divan::main();
}

#[divan::bench]
fn validate_ray_cluster(bencher: Bencher<'_, '_>) {
    let validators = Validators::new(&Releases::newest());
    let cluster = ray_cluster();
    assert_eq!(validators.validate(&cluster), Some(Vec::new()));
    bencher.bench_local(|| validators.validate(&cluster));
}

/// A head and eight groups, with what raygen writes into each pod.
fn ray_cluster() -> Value {
    let template = json!({
        "metadata": { "labels": { "app.kubernetes.io/instance": "train" } },
        "spec": {
            "containers": [{
                "name": "ray",
                "image": "rayproject/ray:2.52.0",
                "env": [{ "name": "RAY_LOG_TO_STDERR", "value": "0" }, { "name": "NCCL_DEBUG", "value": "WARN" }],
                "ports": [{ "name": "metrics", "containerPort": 8080 }, { "name": "client", "containerPort": 10001 }],
                "resources": {
                    "requests": { "cpu": "7", "memory": "26Gi", "nvidia.com/gpu": "1" },
                    "limits": { "memory": "26Gi", "nvidia.com/gpu": "1" },
                },
                "volumeMounts": [{ "name": "dshm", "mountPath": "/dev/shm" }],
            }],
            "nodeSelector": { "karpenter.sh/nodepool": "vision-train-gpu" },
            "tolerations": [{ "key": "nvidia.com/gpu", "operator": "Equal", "value": "vision-train-gpu", "effect": "NoSchedule" }],
            "volumes": [{ "name": "dshm", "emptyDir": { "medium": "Memory", "sizeLimit": "8Gi" } }],
        },
    });
    let group = |name: usize| {
        json!({
            "groupName": format!("group-{name}"),
            "replicas": 1,
            "minReplicas": 0,
            "maxReplicas": 8,
            "rayStartParams": {},
            "template": template,
        })
    };
    json!({
        "apiVersion": "ray.io/v1",
        "kind": "RayCluster",
        "metadata": { "name": "train", "namespace": "vision" },
        "spec": {
            "rayVersion": "2.52.0",
            "headGroupSpec": { "rayStartParams": {}, "template": template },
            "workerGroupSpecs": (0..8).map(group).collect::<Vec<_>>(),
        },
    })
}
