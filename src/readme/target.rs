//! A workload as commands address it: everything is read from what was rendered, patches included.

use std::sync::Arc;

use crate::json::Value;
use crate::manifest::Manifest;
use crate::resolve::{Team, Workload, names};
use crate::spec::WorkloadKind;

use super::page::word;

/// A workload and its objects.
pub(super) struct Target<'a> {
    pub(super) team: &'a Team,
    pub(super) workload: &'a Workload,
    /// Its objects, the custom resource among them.
    pub(super) objects: Vec<&'a Manifest>,
    /// The custom resource.
    pub(super) resource: &'a Manifest,
    /// Where it stands among the team's workloads: what its local ports are counted by.
    index: usize,
}

/// A port that is reachable from outside.
pub(super) struct Exposed {
    pub(super) url: String,
    /// Whether the load balancer is one of the VPC's own; false also where the object does not say.
    pub(super) internal: bool,
    /// Whether a person has to log in before Ray is reached, which no command line can.
    pub(super) login: bool,
}

/// Where the token stands.
pub(super) enum Token {
    /// In this Secret.
    Secret(String),
    /// In the Secret of a cluster with a generated name.
    OfGeneratedCluster,
}

impl<'a> Target<'a> {
    /// The team's workloads. Each has rendered its custom resource.
    pub(super) fn all(team: &'a Team, manifests: &'a [Manifest]) -> Vec<Self> {
        let of = |(index, workload): (usize, &'a Arc<Workload>)| {
            let own = |manifest: &&Manifest| manifest.workload.as_deref() == Some(workload.key.as_str());
            let objects: Vec<&Manifest> = manifests.iter().filter(own).collect();
            let resource = objects.iter().copied().find(|manifest| manifest.api_version().starts_with("ray.io/"))?;
            Some(Self { team, workload, objects, resource, index })
        };
        team.workloads.iter().enumerate().filter_map(of).collect()
    }

    /// `raycluster`, as kubectl takes it.
    pub(super) fn kind(&self) -> String {
        self.resource.kind().to_lowercase()
    }

    /// `--namespace` and the team's.
    pub(super) fn namespace(&self) -> String {
        format!("--namespace {}", word(&self.team.namespace))
    }

    /// The spec of the Ray cluster within the custom resource.
    pub(super) fn cluster(&self) -> &'a Value {
        let pointer = match self.resource.kind() {
            "RayService" => "/spec/rayClusterConfig",
            "RayJob" => "/spec/rayClusterSpec",
            "RayCronJob" => "/spec/jobTemplate/rayClusterSpec",
            _ => "/spec",
        };
        self.resource.object.pointer(pointer).unwrap_or(&Value::Null)
    }

    fn text(&self, pointer: &str) -> Option<&'a str> {
        self.cluster().pointer(pointer)?.as_str()
    }

    /// Whether the clusters have names that the operator generates.
    pub(super) fn is_generated(&self) -> bool {
        self.resource.kind() != "RayCluster"
    }

    /// Whether runs come and go, each with a cluster of its own.
    pub(super) fn is_job(&self) -> bool {
        matches!(self.workload.kind, WorkloadKind::Job | WorkloadKind::CronJob)
    }

    /// Selects its pods. `ray.io/cluster` has a generated value for all but standalone clusters.
    pub(super) fn selector(&self) -> String {
        if self.is_generated() {
            format!("app.kubernetes.io/instance={}", self.workload.name)
        } else {
            format!("ray.io/cluster={}", self.workload.name)
        }
    }

    /// The head's Service: of the service as a whole, or of the cluster, which may name it.
    pub(super) fn head_service(&self) -> String {
        let named = self.text("/headGroupSpec/headService/metadata/name").filter(|_| !self.is_generated());
        named.map_or_else(|| names::kept(&format!("{}-head-svc", self.workload.name)), str::to_owned)
    }

    /// The Service of Serve (KubeRay `utils.GenerateServeServiceName`).
    pub(super) fn serve_service(&self) -> String {
        if self.resource.kind() == "RayService" {
            names::kept(&format!("{}-serve-svc", self.workload.name))
        } else {
            self.head_service()
        }
    }

    /// What `kubectl exec`, `logs` and `port-forward` take for the head. The Service of a job has a generated name in
    /// releases where the operator makes none for the job itself, so there it is the pod.
    pub(super) fn head(&self) -> String {
        if self.is_job() {
            let (namespace, selector) = (self.namespace(), self.selector());
            format!(
                "\"$(kubectl get pods {namespace} --selector={selector},ray.io/node-type=head --output name | head -n 1)\""
            )
        } else {
            format!("service/{}", self.head_service())
        }
    }

    fn container(&self, group: &str) -> Option<&'a str> {
        self.text(&format!("{group}/template/spec/containers/0/name"))
    }

    /// Name of the head's container.
    pub(super) fn head_container(&self) -> &'a str {
        self.container("/headGroupSpec").unwrap_or("ray-head")
    }

    /// Name of the workers' container; `None` without workers.
    pub(super) fn worker_container(&self) -> Option<&'a str> {
        self.container("/workerGroupSpecs/0")
    }

    /// The worker groups.
    pub(super) fn worker_groups(&self) -> impl Iterator<Item = &'a Value> {
        self.cluster().pointer("/workerGroupSpecs").and_then(Value::as_array).into_iter().flatten()
    }

    /// Number of the head's port of this name. A Service of a head that lists none has Ray's own ports (KubeRay
    /// `common/service.go`), and raygen's heads list all.
    pub(super) fn port(&self, name: &str) -> Option<i64> {
        let ports = self.cluster().pointer("/headGroupSpec/template/spec/containers/0/ports")?.as_array()?;
        let port = ports.iter().find(|port| port.get("name").and_then(Value::as_str) == Some(name))?;
        port.get("containerPort")?.as_i64()
    }

    /// The local port for one of the head's: its usual number for the first workload, one more for each further one.
    pub(super) fn local_port(&self, name: &str) -> usize {
        let first = match name {
            "serve" => 8000,
            "dashboard" => 8265,
            "metrics" => 9080,
            _ => 10001,
        };
        first + self.index
    }

    /// `8265:8265` for each of the named ports that the head has.
    pub(super) fn forwarded(&self, names: &[&str]) -> String {
        let pair = |name: &&str| Some(format!("{}:{}", self.local_port(name), self.port(name)?));
        names.iter().filter_map(pair).collect::<Vec<_>>().join(" ")
    }

    /// The dashboard through the forwarded port.
    pub(super) fn address(&self) -> String {
        format!("http://localhost:{}", self.local_port("dashboard"))
    }

    /// Whether the pods check tokens, and where theirs is.
    pub(super) fn token(&self) -> Option<Token> {
        if self.text("/authOptions/mode") != Some("token") {
            return None;
        }
        Some(match self.text("/authOptions/secretName") {
            Some(secret) => Token::Secret(secret.to_owned()),
            // KubeRay names it after the cluster (`common/pod.go`, SetContainerTokenAuthEnvVars).
            None if self.is_generated() => Token::OfGeneratedCluster,
            None => Token::Secret(names::kept(&self.workload.name)),
        })
    }

    /// Whether Ray logs to stderr.
    pub(super) fn logs_to_stderr(&self) -> bool {
        let variables = self.cluster().pointer("/headGroupSpec/template/spec/containers/0/env");
        let on = |variable: &Value| {
            variable.get("name").and_then(Value::as_str) == Some("RAY_LOG_TO_STDERR")
                && variable.get("value").and_then(Value::as_str) == Some("1")
        };
        variables.and_then(Value::as_array).is_some_and(|variables| variables.iter().any(on))
    }

    /// Whether there is an autoscaler.
    pub(super) fn autoscales(&self) -> bool {
        self.cluster().pointer("/enableInTreeAutoscaling").and_then(Value::as_bool).unwrap_or(false)
    }

    /// Whether it is suspended.
    pub(super) fn is_suspended(&self) -> bool {
        self.resource.object.pointer("/spec/suspend").and_then(Value::as_bool).unwrap_or(false)
    }

    /// The NodePools whose nodes the pods run on, each once.
    pub(super) fn pools(&self) -> Vec<&'a str> {
        let groups = std::iter::once(&self.workload.head).chain(self.workload.workers.iter().map(|each| &each.group));
        let mut pools: Vec<&str> = groups.map(|group| group.pool.as_str()).collect();
        pools.sort_unstable();
        pools.dedup();
        pools
    }

    /// Where the port, `dashboard` or `serve`, is published.
    pub(super) fn exposed(&self, port: &str) -> Option<Exposed> {
        let name = format!("{}-{port}", self.workload.name);
        self.objects.iter().filter(|object| object.name() == name).find_map(|object| match object.kind() {
            "Ingress" => of_ingress(&object.object),
            "HTTPRoute" => of_route(&object.object),
            _ => None,
        })
    }

    /// Names of its objects of one kind.
    pub(super) fn names(&self, kind: &str) -> Vec<&'a str> {
        self.objects.iter().filter(|object| object.kind() == kind).map(|object| object.name()).collect()
    }
}

fn of_ingress(object: &Value) -> Option<Exposed> {
    let rule = object.pointer("/spec/rules/0")?;
    let host = rule.get("host")?.as_str()?;
    let path = rule.pointer("/http/paths/0/path")?.as_str()?;
    let annotation = |key: &str| object.pointer("/metadata/annotations")?.get(key)?.as_str();
    let alb = object.pointer("/spec/ingressClassName").and_then(Value::as_str) == Some("alb");
    let secure = if alb {
        annotation("alb.ingress.kubernetes.io/listen-ports").is_some_and(|ports| ports.contains("HTTPS"))
    } else {
        object.pointer("/spec/tls").is_some()
    };
    let auth_type = annotation("alb.ingress.kubernetes.io/auth-type");
    let auth_url = annotation("nginx.ingress.kubernetes.io/auth-url");
    let basic = annotation("nginx.ingress.kubernetes.io/auth-type");
    Some(Exposed {
        // nginx has the path in a regular expression.
        url: url(secure, host, path.strip_suffix("(/|$)(.*)").unwrap_or(path)),
        // The controller's own default is `internal`.
        internal: alb && annotation("alb.ingress.kubernetes.io/scheme") != Some("internet-facing"),
        login: auth_type.is_some_and(|of| of != "none") || auth_url.is_some() || basic.is_some(),
    })
}

/// The listener, which a route does not show, is taken to have a certificate.
fn of_route(object: &Value) -> Option<Exposed> {
    let host = object.pointer("/spec/hostnames/0")?.as_str()?;
    let path = object.pointer("/spec/rules/0/matches/0/path/value").and_then(Value::as_str).unwrap_or("/");
    let filters = object.pointer("/spec/rules/0/filters").and_then(Value::as_array).into_iter().flatten();
    let mut types = filters.filter_map(|filter| filter.get("type").and_then(Value::as_str));
    Some(Exposed { url: url(true, host, path), internal: false, login: types.any(|each| each == "ExtensionRef") })
}

fn url(secure: bool, host: &str, path: &str) -> String {
    format!("{}://{host}{}/", if secure { "https" } else { "http" }, path.trim_end_matches('/'))
}
