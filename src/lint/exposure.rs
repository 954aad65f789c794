//! Which ports of which Ray heads an Ingress leads to, and who may pass.

use std::collections::BTreeMap;

use serde_json::Value;

use super::subject::env_value;
use super::{Object, RayCluster, Subject};

/// What an exposed port serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Port {
    /// Jobs, logs and, without authentication, anyone's code.
    Dashboard,
    /// Ray Serve, or a port of the user's own.
    Other,
}

/// One path of an Ingress that leads to a Ray head.
#[derive(Clone, Debug)]
pub(super) struct Exposure<'a> {
    /// The Ingress.
    pub(super) ingress: Object<'a>,
    /// JSON pointer of the path in it.
    pub(super) pointer: String,
    /// The host; empty for every host.
    pub(super) host: &'a str,
    /// The path as written.
    pub(super) path: &'a str,
    /// Name of the Service.
    pub(super) service: &'a str,
    /// The cluster behind it.
    pub(super) cluster: RayCluster<'a>,
    /// The port.
    pub(super) port: Port,
}

/// Ingress controllers that rules know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Controller {
    /// AWS Load Balancer Controller.
    Alb,
    /// kubernetes/ingress-nginx.
    Nginx,
    /// Any other.
    Other,
}

/// Every path to a Ray head whose cluster is known too.
pub(super) fn exposures<'a>(subject: &Subject<'a>) -> Vec<Exposure<'a>> {
    let mut clusters: BTreeMap<[String; 3], RayCluster<'a>> = BTreeMap::new();
    for object in &subject.objects {
        for cluster in object.ray_clusters() {
            for service in services(&cluster) {
                let key = [object.environment_name.to_owned(), object.namespace().to_owned(), service];
                clusters.insert(key, cluster);
            }
        }
    }
    let ingresses = subject.of_kind("Ingress");
    ingresses.flat_map(|ingress| of_ingress(ingress, &clusters)).collect()
}

/// Names of the Services that the operator makes (KubeRay `utils.GenerateHeadServiceName`). The clusters of RayJobs have
/// names that nobody knows before, but the operator makes a Service with the job's name too (`common/job.go`).
fn services(cluster: &RayCluster<'_>) -> Vec<String> {
    let name = cluster.object.name();
    let own = cluster.get("/headGroupSpec/headService/metadata/name").and_then(Value::as_str).map(str::to_owned);
    let head = own.unwrap_or_else(|| format!("{name}-head-svc"));
    match cluster.object.kind() {
        "RayCluster" | "RayService" => vec![head, format!("{name}-serve-svc")],
        "RayJob" => vec![format!("{name}-head-svc")],
        _ => Vec::new(),
    }
}

fn of_ingress<'a>(ingress: &Object<'a>, clusters: &BTreeMap<[String; 3], RayCluster<'a>>) -> Vec<Exposure<'a>> {
    let mut found = Vec::new();
    let rules = ingress.get("/spec/rules").and_then(Value::as_array);
    for (rule_index, rule) in rules.into_iter().flatten().enumerate() {
        let paths = rule["http"]["paths"].as_array();
        for (index, path) in paths.into_iter().flatten().enumerate() {
            let service = &path["backend"]["service"];
            let Some(name) = service["name"].as_str() else { continue };
            let key = [ingress.environment_name.to_owned(), ingress.namespace().to_owned(), name.to_owned()];
            let Some(cluster) = clusters.get(&key) else { continue };
            found.push(Exposure {
                ingress: *ingress,
                pointer: format!("/spec/rules/{rule_index}/http/paths/{index}"),
                host: rule["host"].as_str().unwrap_or_default(),
                path: path["path"].as_str().unwrap_or("/"),
                service: name,
                cluster: *cluster,
                port: port(cluster, name, &service["port"]),
            });
        }
    }
    found
}

fn port(cluster: &RayCluster<'_>, service: &str, port: &Value) -> Port {
    let ports = cluster.get("/headGroupSpec/template/spec/containers/0/ports").and_then(Value::as_array);
    let dashboard = ports.into_iter().flatten().find(|port| port["name"] == "dashboard");
    let dashboard = dashboard.and_then(|port| port["containerPort"].as_u64()).unwrap_or(8265);
    let to_dashboard = port["name"] == "dashboard" || port["number"].as_u64() == Some(dashboard);
    if to_dashboard && !service.ends_with("-serve-svc") { Port::Dashboard } else { Port::Other }
}

/// Whether Ray itself asks for a token: the operator sets it up when the mode is `token` (KubeRay
/// `utils.IsAuthEnabled`), or the pods' own environment does.
pub(super) fn asks_for_token(cluster: &RayCluster<'_>) -> bool {
    cluster.get("/authOptions/mode").and_then(Value::as_str) == Some("token")
        || env_value(cluster.get("/headGroupSpec"), "RAY_AUTH_MODE").is_some_and(|mode| mode != "disabled")
}

/// An annotation's value.
pub(super) fn annotation<'a>(object: &Object<'a>, key: &str) -> Option<&'a str> {
    object.get("/metadata/annotations")?.get(key)?.as_str()
}

/// JSON pointer of an annotation.
pub(super) fn annotation_pointer(key: &str) -> String {
    format!("/metadata/annotations/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// Whether the load balancer or proxy asks who someone is.
pub(super) fn asks_who(ingress: &Object<'_>) -> bool {
    let Some(annotations) = ingress.get("/metadata/annotations").and_then(Value::as_object) else { return false };
    annotations.iter().any(|(key, value)| match key.as_str() {
        "alb.ingress.kubernetes.io/auth-type" => value != "none",
        "alb.ingress.kubernetes.io/jwt-validation"
        | "alb.ingress.kubernetes.io/mutual-authentication"
        | "nginx.ingress.kubernetes.io/auth-type"
        | "nginx.ingress.kubernetes.io/auth-url"
        | "nginx.ingress.kubernetes.io/auth-tls-secret"
        | "traefik.ingress.kubernetes.io/router.middlewares"
        | "haproxy.org/auth-type" => true,
        _ => false,
    })
}

/// The controller that serves an Ingress, by its class and its annotations.
pub(super) fn controller(ingress: &Object<'_>) -> Controller {
    let class = ingress.get("/spec/ingressClassName").and_then(Value::as_str);
    let class = class.or_else(|| annotation(ingress, "kubernetes.io/ingress.class")).unwrap_or_default();
    let annotations = ingress.get("/metadata/annotations").and_then(Value::as_object);
    let has = |prefix: &str| annotations.is_some_and(|all| all.keys().any(|key| key.starts_with(prefix)));
    if class == "alb" || class.is_empty() && has("alb.ingress.kubernetes.io/") {
        Controller::Alb
    } else if has("nginx.ingress.kubernetes.io/") || class == "nginx" && !has("nginx.org/") {
        Controller::Nginx
    } else {
        Controller::Other
    }
}

/// The ALB that an Ingress shares with others: its environment and group.
pub(super) fn group<'a>(ingress: &Object<'a>) -> Option<(&'a str, &'a str)> {
    let name = annotation(ingress, "alb.ingress.kubernetes.io/group.name")?;
    Some((ingress.environment_name, name))
}

/// Whether the load balancer has an address on the internet.
pub(super) fn faces_the_internet(ingress: &Object<'_>) -> bool {
    annotation(ingress, "alb.ingress.kubernetes.io/scheme") == Some("internet-facing")
}
