//! Which ports of which Ray heads an Ingress or an HTTPRoute leads to, and who may pass.

use std::collections::BTreeMap;

use super::karpenter::items;
use super::object::env_value;
use super::quota::{Place, place};
use super::{Object, RayCluster, Subject};
use crate::json::Value;
use crate::resolve::names;

/// What an exposed port serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Port {
    /// Jobs, logs and, without authentication, anyone's code.
    Dashboard,
    /// Ray Serve, or a port of the user's own.
    Other,
}

/// One path of an Ingress or an HTTPRoute that leads to a Ray head.
#[derive(Clone, Debug)]
pub(super) struct Exposure<'a> {
    /// The Ingress or HTTPRoute.
    pub(super) ingress: Object<'a>,
    /// JSON pointer of the rule in it.
    pub(super) rule: String,
    /// JSON pointer of the path.
    pub(super) path_pointer: String,
    /// JSON pointer of the backend.
    pub(super) backend_pointer: String,
    /// JSON pointer of the host.
    pub(super) host_pointer: String,
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
    /// A Gateway, for an HTTPRoute.
    Gateway,
    /// Any other.
    Other,
}

/// Every path to a Ray head whose cluster is known too.
pub(super) fn exposures<'a>(subject: &Subject<'a>) -> Vec<Exposure<'a>> {
    if subject.objects.iter().all(|object| !matches!(object.kind(), "Ingress" | "HTTPRoute")) {
        return Vec::new();
    }
    let mut clusters: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for object in &subject.objects {
        for cluster in object.ray_clusters() {
            let services = services(&cluster).into_iter().map(|service| (service, cluster));
            clusters.entry(place(object)).or_default().extend(services);
        }
    }
    let clusters = Clusters(clusters);
    let of_object = |object: &Object<'a>| match object.kind() {
        "Ingress" => of_ingress(object, &clusters),
        "HTTPRoute" => of_route(object, &clusters),
        _ => Vec::new(),
    };
    subject.objects.iter().flat_map(of_object).collect()
}

/// Services that lead to Ray clusters, by environment and namespace.
struct Clusters<'a>(BTreeMap<Place<'a>, Vec<(String, RayCluster<'a>)>>);

impl<'a> Clusters<'a> {
    /// The cluster whose head a Service in the object's own namespace leads to: of two the later one.
    fn behind(&self, object: &Object<'a>, service: &str) -> Option<&RayCluster<'a>> {
        let services = self.0.get(&place(object))?;
        services.iter().rev().find(|(name, _)| name == service).map(|(_, cluster)| cluster)
    }
}

/// Names of the Services that the operator makes (KubeRay `utils.GenerateHeadServiceName`). The clusters of RayJobs have
/// names that nobody knows before, but the operator makes a Service with the job's name too (`common/job.go`).
fn services(cluster: &RayCluster<'_>) -> Vec<String> {
    let name = cluster.object.name();
    let own = cluster.get("/headGroupSpec/headService/metadata/name").and_then(Value::as_str).map(str::to_owned);
    let head = own.unwrap_or_else(|| names::kept(&format!("{name}-head-svc")));
    match cluster.object.kind() {
        "RayCluster" | "RayService" => vec![head, names::kept(&format!("{name}-serve-svc"))],
        "RayJob" => vec![names::kept(&format!("{name}-head-svc"))],
        _ => Vec::new(),
    }
}

fn of_ingress<'a>(ingress: &Object<'a>, clusters: &Clusters<'a>) -> Vec<Exposure<'a>> {
    let mut found = Vec::new();
    for (rule_index, rule) in items(ingress, "/spec/rules") {
        let paths = rule["http"]["paths"].as_array();
        for (index, path) in paths.into_iter().flatten().enumerate() {
            let service = &path["backend"]["service"];
            let Some(name) = service["name"].as_str() else { continue };
            let Some(cluster) = clusters.behind(ingress, name) else { continue };
            let pointer = format!("/spec/rules/{rule_index}/http/paths/{index}");
            found.push(Exposure {
                ingress: *ingress,
                rule: format!("/spec/rules/{rule_index}"),
                path_pointer: format!("{pointer}/path"),
                backend_pointer: format!("{pointer}/backend"),
                host_pointer: format!("/spec/rules/{rule_index}/host"),
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

/// A route's host, rule and path with every one of its backends. Routes to Services of other namespaces are not judged.
fn of_route<'a>(route: &Object<'a>, clusters: &Clusters<'a>) -> Vec<Exposure<'a>> {
    let mut found = Vec::new();
    for (rule_index, rule) in items(route, "/spec/rules") {
        let pointer = format!("/spec/rules/{rule_index}");
        for (backend_index, backend) in rule["backendRefs"].as_array().into_iter().flatten().enumerate() {
            let own = backend["namespace"].as_str().is_none_or(|namespace| namespace == route.namespace());
            let Some(service) = backend["name"].as_str().filter(|_| own) else { continue };
            let Some(cluster) = clusters.behind(route, service) else { continue };
            for (host_index, host) in hosts_of_route(route).into_iter().enumerate() {
                for (match_index, path) in paths_of_rule(rule).into_iter().enumerate() {
                    found.push(Exposure {
                        ingress: *route,
                        rule: pointer.clone(),
                        path_pointer: format!("{pointer}/matches/{match_index}/path"),
                        backend_pointer: format!("{pointer}/backendRefs/{backend_index}"),
                        host_pointer: format!("/spec/hostnames/{host_index}"),
                        host,
                        path,
                        service,
                        cluster: *cluster,
                        port: port(cluster, service, &[("number", backend["port"].clone())].into_iter().collect()),
                    });
                }
            }
        }
    }
    found
}

/// The hosts of an HTTPRoute; an empty one where it has none and takes every host of its listener.
fn hosts_of_route<'a>(route: &Object<'a>) -> Vec<&'a str> {
    let hosts: Vec<&str> = items(route, "/spec/hostnames").filter_map(|(_, host)| host.as_str()).collect();
    if hosts.is_empty() { vec![""] } else { hosts }
}

/// The paths of an HTTPRoute's rule; the root where it says nothing (Gateway API, `HTTPRouteMatch`).
fn paths_of_rule(rule: &Value) -> Vec<&str> {
    let matches = rule["matches"].as_array().map(Vec::as_slice).unwrap_or_default();
    let paths: Vec<&str> = matches.iter().map(|each| each["path"]["value"].as_str().unwrap_or("/")).collect();
    if paths.is_empty() { vec!["/"] } else { paths }
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

/// Whether Ray and KubeRay know token authentication (KubeRay `utils/validation.go`).
pub(super) fn knows_tokens(cluster: &RayCluster<'_>) -> bool {
    const RAY: semver::Version = semver::Version::new(2, 52, 0);
    const KUBERAY: semver::Version = semver::Version::new(1, 5, 1);
    cluster.ray_version().is_some_and(|version| version >= RAY) && cluster.object.releases.kuberay >= KUBERAY
}

/// An annotation's value.
pub(super) fn annotation<'a>(object: &Object<'a>, key: &str) -> Option<&'a str> {
    object.get("/metadata/annotations")?.get(key)?.as_str()
}

/// JSON pointer of an annotation.
pub(super) fn annotation_pointer(key: &str) -> String {
    format!("/metadata/annotations/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// Whether the load balancer or proxy asks who someone is. What an extension of a Gateway's controller does is not
/// known; asking for a login is what they are for (AWS Load Balancer Controller, ListenerRuleConfiguration).
pub(super) fn asks_who(ingress: &Object<'_>) -> bool {
    if ingress.kind() == "HTTPRoute" {
        let filters = items(ingress, "/spec/rules").filter_map(|(_, rule)| rule["filters"].as_array()).flatten();
        return filters
            .into_iter()
            .any(|filter| matches!(filter["type"].as_str(), Some("ExtensionRef" | "ExternalAuth")));
    }
    let Some(annotations) = ingress.get("/metadata/annotations").and_then(Value::as_object) else { return false };
    annotations.iter().any(|(key, value)| match key {
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
    if ingress.kind() == "HTTPRoute" {
        return Controller::Gateway;
    }
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
