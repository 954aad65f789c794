//! Pods and Services as selectors find them: with the labels and ports that KubeRay adds.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::karpenter::{entries, items};
use super::{Object, Pod, RayCluster, Subject};
use crate::json::Value;

/// Something that selectors select.
#[derive(Debug)]
pub(super) struct Target<'a> {
    /// Namespace.
    pub(super) namespace: &'a str,
    /// Labels.
    pub(super) labels: Labels<'a>,
    /// Named ports.
    pub(super) ports: BTreeSet<&'a str>,
    /// Kind and name of the object whose head it is, or whose head it leads to.
    pub(super) head_of: Option<[&'a str; 2]>,
}

/// Labels; `None` where KubeRay chooses the value at run time.
pub(super) type Labels<'a> = BTreeMap<&'a str, Option<Cow<'a, str>>>;

/// Pods or Services, by environment and namespace.
#[derive(Debug, Default)]
pub(super) struct Targets<'a>(BTreeMap<&'a str, BTreeMap<&'a str, Vec<Target<'a>>>>);

impl<'a> Targets<'a> {
    fn add(&mut self, environment: &'a str, target: Target<'a>) {
        self.0.entry(environment).or_default().entry(target.namespace).or_default().push(target);
    }
}

/// The pods of all objects, with KubeRay's labels (`common/pod.go`, labelPod, v1.7).
pub(super) fn pods<'a>(subject: &Subject<'a>) -> Targets<'a> {
    let mut targets = Targets::default();
    for pod in subject.pods() {
        targets.add(pod.object.environment_name, of_pod(pod));
    }
    targets
}

fn of_pod<'a>(pod: &Pod<'a>) -> Target<'a> {
    let object = &pod.object;
    let generated = object.kind() != "RayCluster";
    let ray = matches!(pod.role, "head" | "worker");
    let name = |suffix: &str| (!generated).then(|| Cow::from(format!("{}{suffix}", object.name())));
    let mut labels = Labels::new();
    if ray {
        labels.insert("ray.io/is-ray-node", Some("yes".into()));
        labels.insert("ray.io/identifier", name(&format!("-{}", pod.role)));
        labels.insert("app.kubernetes.io/name", Some("kuberay".into()));
        labels.insert("app.kubernetes.io/created-by", Some("kuberay-operator".into()));
    }
    let own = pod.get("/metadata/labels").and_then(Value::as_object).into_iter().flatten();
    labels.extend(own.map(|(key, value)| (key, value.as_str().map(Cow::from))));
    if ray {
        labels.insert("ray.io/node-type", Some(pod.role.into()));
        let group = pod.group.clone().map_or(Cow::from("headgroup"), Cow::from);
        labels.insert("ray.io/group", Some(group));
        labels.insert("ray.io/cluster", name(""));
    }
    if object.kind() == "RayService" {
        labels.insert("ray.io/serve", None);
    }
    let mut ports = declared_ports(pod.template);
    // KubeRay adds the port where it is not declared (`common/pod.go`, v1.7).
    if ray {
        ports.insert("metrics");
    }
    let head_of = (pod.role == "head").then(|| [object.kind(), object.name()]);
    Target { namespace: object.namespace(), labels, ports, head_of }
}

fn declared_ports(template: &Value) -> BTreeSet<&str> {
    let containers = template.pointer("/spec/containers").and_then(Value::as_array).into_iter().flatten();
    let ports = containers.flat_map(|container| container["ports"].as_array().into_iter().flatten());
    ports.filter_map(|port| port["name"].as_str()).collect()
}

/// The Services of all objects, and those that KubeRay makes for heads (`common/service.go`, v1.7).
pub(super) fn services<'a>(subject: &Subject<'a>) -> Targets<'a> {
    let mut targets = Targets::default();
    for object in &subject.objects {
        if object.kind() == "Service" {
            let labels = entries(object, "/metadata/labels");
            let service = Target {
                namespace: object.namespace(),
                labels: labels.map(|(key, value)| (key, value.as_str().map(Cow::from))).collect(),
                ports: items(object, "/spec/ports").filter_map(|(_, port)| port["name"].as_str()).collect(),
                head_of: None,
            };
            targets.add(object.environment_name, service);
        }
        for cluster in object.ray_clusters() {
            targets.add(object.environment_name, head_service(object, &cluster));
            if object.kind() == "RayService" {
                // One Service of the cluster and one of the RayService lead to the same head.
                targets.add(object.environment_name, head_service(object, &cluster));
            }
        }
    }
    targets
}

fn head_service<'a>(object: &Object<'a>, cluster: &RayCluster<'a>) -> Target<'a> {
    let generated = object.kind() != "RayCluster";
    let name = |suffix: &str| (!generated).then(|| Cow::from(format!("{}{suffix}", object.name())));
    let mut labels = Labels::from([
        ("ray.io/cluster", name("")),
        ("ray.io/identifier", name("-head")),
        ("ray.io/node-type", Some("head".into())),
        ("app.kubernetes.io/name", Some("kuberay".into())),
        ("app.kubernetes.io/created-by", Some("kuberay-operator".into())),
    ]);
    let template = cluster.get("/headGroupSpec/template");
    // Labels of the head's template and of `headService` reach the Service too, in part: their values are not relied on.
    for table in
        [template.map(|head| &head["metadata"]["labels"]), cluster.get("/headGroupSpec/headService/metadata/labels")]
    {
        for key in table.and_then(Value::as_object).into_iter().flatten().map(|(key, _)| key) {
            labels.entry(key).or_insert(None);
        }
    }
    let mut ports = template.map(declared_ports).unwrap_or_default();
    if ports.is_empty() {
        ports.extend(["client", "gcs-server", "dashboard", "serve"]);
    }
    ports.insert("metrics");
    Target { namespace: object.namespace(), labels, ports, head_of: Some([object.kind(), object.name()]) }
}

/// Whether a label selector selects labels. One that is missing selects nothing, an empty one everything.
pub(super) fn selects(selector: Option<&Value>, labels: &Labels<'_>) -> bool {
    let Some(selector) = selector.and_then(Value::as_object) else { return false };
    let equal = selector.get("matchLabels").and_then(Value::as_object).into_iter().flatten();
    let expressions = selector.get("matchExpressions").and_then(Value::as_array).into_iter().flatten();
    let value_of = |key: &str| labels.get(key).and_then(Option::as_deref);
    let fulfils = |expression: &Value| {
        let key = expression["key"].as_str().unwrap_or_default();
        let listed = || expression["values"].as_array().into_iter().flatten().filter_map(Value::as_str);
        match expression["operator"].as_str() {
            Some("In") => value_of(key).is_some_and(|value| listed().any(|each| each == value)),
            Some("NotIn") => value_of(key).is_none_or(|value| listed().all(|each| each != value)),
            Some("Exists") => labels.contains_key(key),
            Some("DoesNotExist") => !labels.contains_key(key),
            _ => false,
        }
    };
    equal.into_iter().all(|(key, value)| value_of(key).is_some_and(|own| value == own))
        && expressions.into_iter().all(fulfils)
}

/// What a monitor selects.
pub(super) fn selected<'t, 'a>(monitor: &Object<'a>, targets: &'t Targets<'a>) -> Vec<&'t Target<'a>> {
    let selector = monitor.get("/spec/selector");
    within(monitor, targets).into_iter().filter(|target| selects(selector, &target.labels)).collect()
}

/// What is in the namespaces that a monitor looks at: its own, unless `namespaceSelector` says otherwise.
pub(super) fn within<'t, 'a>(monitor: &Object<'a>, targets: &'t Targets<'a>) -> Vec<&'t Target<'a>> {
    let any = monitor.get("/spec/namespaceSelector/any").and_then(Value::as_bool).unwrap_or(false);
    let named: Vec<&str> =
        items(monitor, "/spec/namespaceSelector/matchNames").filter_map(|(_, name)| name.as_str()).collect();
    let Some(of_environment) = targets.0.get(monitor.environment_name) else { return Vec::new() };
    if any {
        return of_environment.values().flatten().collect();
    }
    let own = named.is_empty().then(|| monitor.namespace());
    own.into_iter().chain(named).filter_map(|namespace| of_environment.get(namespace)).flatten().collect()
}

/// Whether an object is about Ray: a spec made it, or its selector asks for labels of KubeRay. What other objects select
/// may be anywhere.
pub(super) fn is_about_ray(object: &Object<'_>, selector: Option<&Value>) -> bool {
    let made = object.manifest().is_some_and(|manifest| manifest.workload.is_some());
    let asked = selector.and_then(|selector| selector.get("matchLabels")).and_then(Value::as_object);
    made || asked.into_iter().flatten().any(|(key, _)| key.starts_with("ray.io/"))
}

/// A selector as people read it: `ray.io/cluster=vision-train,ray.io/node-type=head`.
pub(super) fn shown(selector: Option<&Value>) -> String {
    let labels = selector.and_then(|selector| selector.get("matchLabels")).and_then(Value::as_object);
    let pairs =
        labels.into_iter().flatten().map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()));
    pairs.collect::<Vec<_>>().join(",")
}

/// The endpoints of a monitor and the pointer of their list.
pub(super) fn endpoints<'a>(monitor: &Object<'a>) -> (&'static str, Vec<(usize, &'a Value)>) {
    let list = if monitor.kind() == "PodMonitor" { "/spec/podMetricsEndpoints" } else { "/spec/endpoints" };
    (list, items(monitor, list).collect())
}

#[cfg(test)]
mod tests {
    use crate::json;

    use super::{Labels, selects};

    #[test]
    fn selectors_select_as_kubernetes_says() {
        let labels = Labels::from([("a", Some("1".into())), ("generated", None)]);
        for (selector, expected) in [
            (json!({}), true),
            (json!(null), false),
            (json!({ "matchLabels": { "a": "1" } }), true),
            (json!({ "matchLabels": { "a": "2" } }), false),
            (json!({ "matchLabels": { "generated": "x" } }), false),
            (json!({ "matchExpressions": [{ "key": "generated", "operator": "Exists" }] }), true),
            (json!({ "matchExpressions": [{ "key": "a", "operator": "NotIn", "values": ["1"] }] }), false),
            (json!({ "matchExpressions": [{ "key": "b", "operator": "DoesNotExist" }] }), true),
            (json!({ "matchExpressions": [{ "key": "a", "operator": "In", "values": ["1", "2"] }] }), true),
        ] {
            assert_eq!(selects(Some(&selector), &labels), expected, "{selector}");
        }
    }
}
