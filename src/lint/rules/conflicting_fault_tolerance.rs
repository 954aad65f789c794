//! GCS fault tolerance that is set up in ways which exclude each other.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::ray;
use crate::lint::{Check, Findings, Group, RayCluster, Rule};

pub(super) static RULE: Rule = Rule {
    name: "conflicting-fault-tolerance",
    group: Group::Ray,
    summary: "GCS fault tolerance is set up in two ways, or half",
    severity: Severity::Error,
    page: include_str!("conflicting_fault_tolerance.md"),
    check: Check::RayCluster(check),
};

/// Annotations that the options replace, and what to do about them.
const ANNOTATIONS: [(&str, &str); 2] = [
    ("ray.io/ft-enabled", "take the annotation out: the options alone switch fault tolerance on"),
    ("ray.io/external-storage-namespace", "use `gcsFaultToleranceOptions.externalStorageNamespace`"),
];
/// Options of Redis.
const REDIS: [&str; 4] = ["redisAddress", "redisUsername", "redisPassword", "externalStorageNamespace"];
/// Options of a claim that the operator makes.
const CLAIMED: [&str; 3] = ["size", "storageClassName", "accessModes"];

fn check(cluster: &RayCluster<'_>, findings: &mut Findings<'_>) {
    let Some(head) = cluster.get("/headGroupSpec") else { return };
    let options = cluster.get("/gcsFaultToleranceOptions").filter(|options| !options.is_null());
    let annotation = cluster.object.text("/metadata/annotations/ray.io~1ft-enabled");
    if options.is_some() && cluster.object.kind() == "RayCluster" {
        for (name, own) in ANNOTATIONS {
            let place = format!("/metadata/annotations/{}", name.replace('/', "~1"));
            if !cluster.object.text(&place).is_empty() {
                let message = format!(
                    "annotation `{name}` and `gcsFaultToleranceOptions` exclude each other: KubeRay refuses the cluster"
                );
                findings.object(&cluster.object, &place, message).add_help(own);
            }
        }
    }
    let mut report = |pointer: String, message: &str, help: &str| {
        findings.cluster(cluster, &pointer, message).add_help(help);
    };
    let env = |name: &str| ray::env_pointer(head, name).map(|pointer| format!("/headGroupSpec{pointer}"));
    let param = |name: &str| {
        let value = head["rayStartParams"][name].as_str().filter(|value| !value.is_empty());
        value.map(|_| format!("/headGroupSpec/rayStartParams/{name}"))
    };

    for place in [param("redis-username"), env("REDIS_USERNAME")].into_iter().flatten() {
        let message = "the head names Redis' user itself, which KubeRay always refuses";
        report(place, message, "use `gcsFaultToleranceOptions.redisUsername`");
    }
    let Some(options) = options else {
        if !annotation.eq_ignore_ascii_case("true")
            && let Some(place) = env("RAY_REDIS_ADDRESS")
        {
            let message =
                "the head has `RAY_REDIS_ADDRESS`, but GCS fault tolerance is not set up: KubeRay refuses the cluster";
            report(place, message, "set `gcsFaultToleranceOptions.redisAddress` instead");
        }
        return;
    };
    let doubled = [param("redis-password"), env("REDIS_PASSWORD"), env("RAY_REDIS_ADDRESS")];
    for place in doubled.into_iter().flatten() {
        let message =
            "the head reaches Redis by itself, beside `gcsFaultToleranceOptions`: KubeRay refuses the cluster";
        report(place, message, "take it out and use `gcsFaultToleranceOptions.redisAddress` and `.redisPassword`");
    }
    let below = |field: &str| format!("/gcsFaultToleranceOptions/{field}");
    if options["backend"] != "rocksdb" {
        if ray::is_set(options.get("storage")) {
            let message = "GCS fault tolerance by Redis has `storage`, which only the backend `rocksdb` takes";
            report(below("storage"), message, "take `storage` out, or set `backend` to `rocksdb`");
        }
        return;
    }
    for field in REDIS.into_iter().filter(|field| options.get(field).is_some_and(is_used)) {
        let message = format!("GCS fault tolerance by `rocksdb` has `{field}`, which only Redis takes");
        report(below(field), &message, "take it out, or set `backend` to `redis`");
    }
    if ray::is_set(options.pointer("/storage/claimName"))
        && let Some(field) = CLAIMED.into_iter().find(|field| options["storage"].get(field).is_some_and(is_used))
    {
        let message = format!("the storage of GCS fault tolerance names a claim and has `{field}` for a new one");
        report(below(&format!("storage/{field}")), &message, "keep `claimName` alone, or take it out");
    }
    for place in [env("RAY_gcs_storage"), env("RAY_gcs_storage_path")].into_iter().flatten() {
        let message = "the head sets the GCS' storage itself, beside the backend `rocksdb`";
        report(place, message, "take the variable out");
    }
    for (index, mount) in items(head, "/template/spec/containers/0/volumeMounts") {
        if mount["name"] == "gcs-storage" || mount["mountPath"] == "/data/gcs" {
            let message = "the head has a mount where KubeRay puts the GCS' storage";
            let place = format!("/headGroupSpec/template/spec/containers/0/volumeMounts/{index}");
            report(place, message, "give it another name than `gcs-storage` and another path than `/data/gcs`");
        }
    }
    for (index, volume) in items(head, "/template/spec/volumes") {
        if volume["name"] == "gcs-storage" {
            let message = "the head has a volume `gcs-storage`, a name that KubeRay takes for the GCS' storage";
            report(format!("/headGroupSpec/template/spec/volumes/{index}"), message, "give it another name");
        }
    }
}

fn is_used(value: &Value) -> bool {
    !value.is_null() && value != "" && value.as_array().is_none_or(|items| !items.is_empty())
}

fn items<'a>(head: &'a Value, pointer: &str) -> impl Iterator<Item = (usize, &'a Value)> {
    head.pointer(pointer).and_then(Value::as_array).into_iter().flatten().enumerate()
}
