//! Which pods a label selector selects: the template's labels, and those that the operator adds.

use super::Pod;
use crate::json::Value;

/// Whether a LabelSelector selects the pods of a template; `None` where a label is not known before the pods exist, as
/// the name of a RayJob's cluster.
pub(super) fn selects(selector: &Value, pod: &Pod<'_>) -> Option<bool> {
    let labels = selector["matchLabels"].as_object();
    for (key, wanted) in labels.into_iter().flatten() {
        match label(pod, key) {
            Label::Is(value) if wanted.as_str() == Some(value) => {}
            Label::Unknown => return None,
            _ => return Some(false),
        }
    }
    for expression in selector["matchExpressions"].as_array().into_iter().flatten() {
        let value = match label(pod, expression["key"].as_str().unwrap_or_default()) {
            Label::Is(value) => Some(value),
            Label::Absent => None,
            Label::Unknown => return None,
        };
        let listed = |value: &str| {
            expression["values"].as_array().is_some_and(|values| values.iter().any(|each| each.as_str() == Some(value)))
        };
        let holds = match expression["operator"].as_str().unwrap_or_default() {
            "In" => value.is_some_and(listed),
            "NotIn" => !value.is_some_and(listed),
            "Exists" => value.is_some(),
            "DoesNotExist" => value.is_none(),
            _ => return None,
        };
        if !holds {
            return Some(false);
        }
    }
    Some(true)
}

/// A label of pods that do not exist yet.
enum Label<'a> {
    Is(&'a str),
    Absent,
    Unknown,
}

impl<'a> From<Option<&'a str>> for Label<'a> {
    fn from(value: Option<&'a str>) -> Self {
        value.map_or(Self::Absent, Self::Is)
    }
}

/// A label that a template's pods will carry: the operator sets cluster, group and node type whatever the template says,
/// and the others where it says nothing (KubeRay `common/pod.go`, labelPod).
fn label<'a>(pod: &Pod<'a>, key: &str) -> Label<'a> {
    let own = pod.get("/metadata/labels").and_then(|labels| labels.get(key)).and_then(Value::as_str);
    if !matches!(pod.role, "head" | "worker") {
        return own.into();
    }
    match key {
        "ray.io/cluster" if pod.object.kind() == "RayCluster" => Label::Is(pod.object.name()),
        "ray.io/cluster" | "ray.io/identifier" | "ray.io/serve" => Label::Unknown,
        "ray.io/node-type" => Label::Is(pod.role),
        "ray.io/group" if pod.role == "head" => Label::Is("headgroup"),
        "ray.io/group" => {
            let group = pod.pointer.strip_suffix("/template").and_then(|pointer| pod.object.get(pointer));
            group.and_then(|group| group["groupName"].as_str()).into()
        }
        "ray.io/is-ray-node" => Label::Is(own.unwrap_or("yes")),
        "app.kubernetes.io/name" => Label::Is(own.unwrap_or("kuberay")),
        "app.kubernetes.io/created-by" => Label::Is(own.unwrap_or("kuberay-operator")),
        _ => own.into(),
    }
}
