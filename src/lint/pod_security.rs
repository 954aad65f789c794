//! Pod Security Standards: what Namespaces ask, and where pods differ (Kubernetes `k8s.io/pod-security-admission`,
//! policy/check_*.go).

use std::collections::BTreeMap;

use super::{Object, Pod, RayCluster, Subject};
use crate::json::Value;

/// The levels of a Namespace, where it sets them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Levels<'a> {
    /// Pods that do not meet it are refused.
    pub(super) enforce: &'a str,
    /// Pods that do not meet it raise a warning.
    pub(super) warn: &'a str,
}

/// The levels of every Namespace, by environment and name.
pub(super) fn levels<'a>(subject: &Subject<'a>) -> BTreeMap<(&'a str, &'a str), Levels<'a>> {
    let namespaces = subject.of_kind("Namespace");
    namespaces
        .map(|namespace| {
            let level = |mode: &str| namespace.text(&format!("/metadata/labels/pod-security.kubernetes.io~1{mode}"));
            let levels = Levels { enforce: level("enforce"), warn: level("warn") };
            ((namespace.environment_name, namespace.name()), levels)
        })
        .collect()
}

/// The levels that hold for an object's pods.
pub(super) fn of_object<'a>(levels: &BTreeMap<(&'a str, &'a str), Levels<'a>>, object: &Object<'a>) -> Levels<'a> {
    let place = (object.environment_name, object.namespace());
    levels.get(&place).copied().unwrap_or_default()
}

/// A place in a pod, and what there does not meet a level.
pub(super) type Breach = (String, String);

/// What does not meet baseline. Privileged containers have a rule of their own.
pub(super) fn baseline(pod: &Pod<'_>) -> Vec<Breach> {
    /// Capabilities of a container runtime's default set.
    const USUAL: [&str; 13] = [
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "NET_BIND_SERVICE",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
    ];
    let mut found = Vec::new();
    for field in ["hostNetwork", "hostPID", "hostIPC"] {
        let pointer = format!("/spec/{field}");
        if pod.get(&pointer) == Some(&Value::Bool(true)) {
            found.push((pointer, format!("sets `{field}`")));
        }
    }
    for (index, volume) in list(pod.get("/spec/volumes")) {
        if volume["hostPath"].is_object() {
            let name = volume["name"].as_str().unwrap_or_default();
            found.push((format!("/spec/volumes/{index}"), format!("has the `hostPath` volume `{name}`")));
        }
    }
    for (pointer, container) in pod.all_containers() {
        let name = container["name"].as_str().unwrap_or_default();
        let host_port = container["ports"].as_array().into_iter().flatten().find_map(|port| port["hostPort"].as_u64());
        if let Some(port) = host_port.filter(|port| *port != 0) {
            found.push((format!("{pointer}/ports"), format!("has container `{name}` on the host's port {port}")));
        }
        let context = &container["securityContext"];
        let unusual = added(context).find(|capability| !USUAL.contains(capability));
        if let Some(capability) = unusual {
            let place = format!("{pointer}/securityContext/capabilities");
            found.push((place, format!("gives container `{name}` the capability `{capability}`")));
        }
        if context["seccompProfile"]["type"] == "Unconfined" {
            found.push((format!("{pointer}/securityContext"), format!("leaves container `{name}` without seccomp")));
        }
        if context["procMount"].as_str().is_some_and(|mount| mount != "Default") {
            found.push((format!("{pointer}/securityContext"), format!("unmasks `/proc` of container `{name}`")));
        }
    }
    found
}

/// What does not meet restricted, beyond baseline: one breach per container.
pub(super) fn restricted(pod: &Pod<'_>) -> Vec<Breach> {
    const VOLUMES: [&str; 9] = [
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "image",
        "persistentVolumeClaim",
        "projected",
        "secret",
    ];
    let mut found = Vec::new();
    for (index, volume) in list(pod.get("/spec/volumes")) {
        let sources = volume.as_object().into_iter().flatten().map(|(source, _)| source);
        if let Some(source) =
            sources.filter(|source| !matches!(*source, "name" | "hostPath")).find(|source| !VOLUMES.contains(source))
        {
            found.push((format!("/spec/volumes/{index}"), format!("has a volume of type `{source}`")));
        }
    }
    let of_pod = pod.get("/spec/securityContext").unwrap_or(&Value::Null);
    for (pointer, container) in pod.all_containers() {
        let missing = missing(&container["securityContext"], of_pod);
        if !missing.is_empty() {
            let name = container["name"].as_str().unwrap_or_default();
            found.push((pointer.to_owned(), format!("has container `{name}` {}", missing.join(", "))));
        }
    }
    found
}

/// What the operator's own containers lack of restricted: the autoscaler beside the head and the submitter that a RayJob
/// without a template gets have no security context unless the spec gives them one (KubeRay `common/pod.go` and
/// `common/job.go`, v1.7). `wait-gcs-ready` takes the Ray container's. Pointers are below the whole object.
pub(super) fn injected(object: &Object<'_>) -> Vec<Breach> {
    let mut found = Vec::new();
    for cluster in object.ray_clusters().into_iter().filter(RayCluster::autoscaling) {
        let context = cluster.get("/autoscalerOptions/securityContext").unwrap_or(&Value::Null);
        let of_pod = cluster.get("/headGroupSpec/template/spec/securityContext").unwrap_or(&Value::Null);
        let missing = missing(context, of_pod);
        if !missing.is_empty() {
            let pointer = cluster.at("/autoscalerOptions/securityContext");
            found.push((pointer, format!("the head has the `autoscaler` {}", missing.join(", "))));
        }
    }
    let job = match object.kind() {
        "RayJob" => "/spec",
        "RayCronJob" => "/spec/jobTemplate",
        _ => return found,
    };
    let mode = object.text(&format!("{job}/submissionMode"));
    let template = object.get(&format!("{job}/submitterPodTemplate")).is_some_and(Value::is_object);
    if matches!(mode, "" | "K8sJobMode") && !template {
        let what = "the submitter that KubeRay makes has no security context";
        found.push((format!("{job}/submitterPodTemplate"), what.to_owned()));
    }
    found
}

/// What a container's security context lacks or allows; the container's own setting wins over the pod's.
fn missing(context: &Value, of_pod: &Value) -> Vec<&'static str> {
    let setting = |key: &str| context.get(key).or_else(|| of_pod.get(key));
    let mut missing = Vec::new();
    if context["allowPrivilegeEscalation"] != false {
        missing.push("without `allowPrivilegeEscalation: false`");
    }
    let dropped = context["capabilities"]["drop"].as_array();
    if !dropped.is_some_and(|dropped| dropped.iter().any(|capability| capability == "ALL")) {
        missing.push("without `capabilities.drop: [ALL]`");
    }
    if added(context).any(|capability| capability != "NET_BIND_SERVICE") {
        missing.push("with added capabilities");
    }
    if setting("runAsNonRoot") != Some(&Value::Bool(true)) {
        missing.push("without `runAsNonRoot: true`");
    }
    if setting("runAsUser").and_then(Value::as_i64) == Some(0) {
        missing.push("as user 0");
    }
    let profile = setting("seccompProfile").and_then(|profile| profile["type"].as_str());
    if !matches!(profile, Some("RuntimeDefault" | "Localhost")) {
        missing.push("without the seccomp profile `RuntimeDefault`");
    }
    missing
}

fn added(context: &Value) -> impl Iterator<Item = &str> {
    context["capabilities"]["add"].as_array().into_iter().flatten().filter_map(Value::as_str)
}

fn list(value: Option<&Value>) -> impl Iterator<Item = (usize, &Value)> {
    value.and_then(Value::as_array).into_iter().flatten().enumerate()
}
