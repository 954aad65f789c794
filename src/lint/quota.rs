//! What workloads ask of their Namespace, and what its ResourceQuotas and LimitRanges say to it.

use std::collections::BTreeMap;

use super::quantity;
use super::{Object, RayCluster, Subject};
use crate::json;
use crate::json::Value;

/// A Namespace in an environment.
pub(super) type Place<'a> = (&'a str, &'a str);

pub(super) fn place<'a>(object: &Object<'a>) -> Place<'a> {
    (object.environment_name, object.namespace())
}

/// ResourceQuotas that count everything of their Namespace; one with scopes counts only some pods.
pub(super) fn quotas<'s, 'a>(subject: &'s Subject<'a>) -> impl Iterator<Item = &'s Object<'a>> {
    subject.of_kind("ResourceQuota").filter(|quota| {
        let scopes = quota.get("/spec/scopes").and_then(Value::as_array).is_some_and(|scopes| !scopes.is_empty());
        !scopes && quota.get("/spec/scopeSelector").is_none_or(Value::is_null)
    })
}

/// What a quota counts, with its JSON pointer and the amount, in base units.
pub(super) fn hard<'a>(quota: &Object<'a>) -> Vec<(&'a str, String, f64)> {
    let entries = quota.get("/spec/hard").and_then(Value::as_object).into_iter().flatten();
    let pointer = |resource: &str| format!("/spec/hard/{}", resource.replace('~', "~0").replace('/', "~1"));
    entries.filter_map(|(name, value)| Some((name, pointer(name), quantity::amount(value)?))).collect()
}

/// How many pods there are to count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Size {
    /// As few as the cluster ever has.
    Least,
    /// As many as its groups may grow to.
    Greatest,
}

/// The Ray clusters of every Namespace.
pub(super) fn clusters<'a>(subject: &Subject<'a>) -> BTreeMap<Place<'a>, Vec<RayCluster<'a>>> {
    let mut found: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for object in &subject.objects {
        let suspended = object.get("/spec/suspend") == Some(&Value::Bool(true));
        let clusters = object.ray_clusters().into_iter();
        let running = clusters.filter(|cluster| !suspended && cluster.get("/suspend") != Some(&Value::Bool(true)));
        for cluster in running {
            found.entry(place(object)).or_default().push(cluster);
        }
    }
    found
}

/// Replicas of a group, in pods (KubeRay `utils.GetWorkerGroupDesiredReplicas`, v1.7).
fn pods(cluster: &RayCluster<'_>, group: &Value, size: Size) -> f64 {
    let number = |key: &str, default: f64| group.get(key).and_then(Value::as_f64).unwrap_or(default);
    let (min, max) = (number("minReplicas", 0.0), number("maxReplicas", f64::from(i32::MAX)));
    let replicas = match (cluster.autoscaling(), size) {
        (true, Size::Least) => min,
        (true, Size::Greatest) => max,
        (false, _) => number("replicas", 0.0).max(min).min(max),
    };
    replicas * number("numOfHosts", 1.0)
}

/// How much of what a quota counts a cluster takes; `None` for what its pods do not tell.
pub(super) fn demand(cluster: &RayCluster<'_>, resource: &str, size: Size) -> Option<f64> {
    let (list, name) = match resource {
        "cpu" | "memory" | "ephemeral-storage" => ("requests", resource),
        "pods" | "count/pods" => ("pods", ""),
        "count/rayclusters.ray.io" => return Some(1.0),
        _ => resource.split_once('.').filter(|(list, _)| matches!(*list, "requests" | "limits"))?,
    };
    if name == "storage" {
        return None;
    }
    let of_pod = |template: &Value| {
        let containers = template.pointer("/spec/containers").and_then(Value::as_array).into_iter().flatten();
        containers.map(|container| of_container(&container["resources"], list, name)).sum::<f64>()
    };
    let each = |template: &Value| if list == "pods" { 1.0 } else { of_pod(template) };
    let mut sum = cluster.get("/headGroupSpec/template").map_or(0.0, each);
    if cluster.autoscaling() && list != "pods" {
        sum += of_container(&autoscaler(cluster), list, name);
    }
    for group in cluster.groups() {
        let number = pods(cluster, group, size);
        // An empty group of a template without end would make the sum no number.
        sum += if number > 0.0 { number * each(&group["template"]) } else { 0.0 };
    }
    Some(sum)
}

/// A missing request is the limit.
fn of_container(resources: &Value, list: &str, name: &str) -> f64 {
    let amount = |list: &str| resources.get(list)?.get(name).and_then(quantity::amount);
    amount(list).or_else(|| amount("limits").filter(|_| list == "requests")).unwrap_or(0.0)
}

/// The resources of the autoscaler's sidecar: the operator's own unless the spec sets some (KubeRay `common/pod.go`,
/// BuildAutoscalerContainer, v1.7).
pub(crate) fn autoscaler(cluster: &RayCluster<'_>) -> Value {
    let own = cluster.get("/autoscalerOptions/resources").filter(|resources| resources.is_object());
    own.cloned().unwrap_or_else(|| injected("500m", "512Mi"))
}

/// The resources of `wait-gcs-ready`, which the operator puts before every worker (KubeRay `common/pod.go`, v1.7).
pub(crate) fn wait_gcs_ready() -> Value {
    injected("200m", "256Mi")
}

fn injected(cpu: &str, memory: &str) -> Value {
    let amounts = json!({ "cpu": cpu, "memory": memory });
    json!({ "requests": amounts, "limits": amounts })
}

/// An amount as people read it: memory and disk in Gi, all else as a number.
pub(super) fn shown(resource: &str, amount: f64) -> String {
    let name = resource.rsplit('.').next().unwrap_or(resource);
    if matches!(name, "memory" | "ephemeral-storage") {
        format!("{}Gi", (amount / 1_073_741_824.0 * 10.0).ceil() / 10.0)
    } else {
        format!("{}", (amount * 1000.0).round() / 1000.0)
    }
}

/// What every container gets that says nothing, and its bounds: the `Container` items of a Namespace's LimitRanges.
pub(super) fn limit_ranges<'a>(subject: &Subject<'a>) -> BTreeMap<Place<'a>, Vec<(Object<'a>, String, &'a Value)>> {
    let mut found: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for range in subject.of_kind("LimitRange") {
        let items = range.get("/spec/limits").and_then(Value::as_array).into_iter().flatten().enumerate();
        for (index, item) in items.filter(|(_, item)| item["type"] == "Container") {
            found.entry(place(range)).or_default().push((*range, format!("/spec/limits/{index}"), item));
        }
    }
    found
}

/// A container that the API server will see: what to call it, its place in the object, and its resources.
pub(super) struct Asked<'a> {
    /// "worker group `cpu` has container `fetch`".
    pub(super) what: String,
    /// JSON pointer in the whole object.
    pub(super) pointer: String,
    /// `resources`.
    pub(super) resources: std::borrow::Cow<'a, Value>,
}

/// The containers of an object's pods, and those that the operator adds.
pub(super) fn containers<'a>(object: &Object<'a>) -> Vec<Asked<'a>> {
    let mut found = Vec::new();
    for pod in object.pods() {
        for (pointer, container) in pod.all_containers() {
            let name = container["name"].as_str().unwrap_or_default();
            found.push(Asked {
                what: format!("{} has container `{name}`", pod.what()),
                pointer: pod.at(pointer),
                resources: std::borrow::Cow::Borrowed(&container["resources"]),
            });
        }
        if pod.role == "worker" {
            found.push(Asked {
                what: format!("{} has KubeRay's init container `wait-gcs-ready`", pod.what()),
                pointer: pod.pointer.clone(),
                resources: std::borrow::Cow::Owned(wait_gcs_ready()),
            });
        }
    }
    for cluster in object.ray_clusters().into_iter().filter(RayCluster::autoscaling) {
        found.push(Asked {
            what: "the head has the `autoscaler`".to_owned(),
            pointer: cluster.at("/autoscalerOptions/resources"),
            resources: std::borrow::Cow::Owned(autoscaler(&cluster)),
        });
    }
    found
}
