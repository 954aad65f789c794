//! What a pod takes of a node, with what KubeRay puts into it.

use super::resources::{Resource, Resources, amount};
use crate::json::Value;
use crate::lint::{Pod, RayCluster, autoscaler, wait_gcs_ready};

/// What a pod takes of a node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Need {
    /// The whole of it; one pod.
    pub resources: Resources,
    /// What it is made of.
    pub parts: Vec<Part>,
    /// Resources that no EC2 instance has.
    pub unknown: Vec<String>,
}

/// A container's share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// When it runs.
    pub runs: Runs,
    /// What it requests.
    pub resources: Resources,
}

/// When a container runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runs {
    /// As long as the pod.
    Always,
    /// Before the others, and then it is gone.
    First,
}

/// What the pod requests. `cluster` is the Ray cluster it belongs to, whose operator adds to it.
///
/// The scheduler counts the containers and restarted init containers together, or an init container with the restarted
/// ones before it, if that is more, and the pod's overhead on top (Kubernetes `component-helpers/resource/helpers.go`,
/// PodRequests, v1.36).
pub fn need(pod: &Pod<'_>, cluster: Option<&RayCluster<'_>>) -> Need {
    let mut need = Need::default();
    let (mut together, mut most) = (Resources::default(), Resources::default());
    let list = |key: &str| pod.get(&format!("/spec/{key}")).and_then(Value::as_array).into_iter().flatten();
    for container in list("initContainers") {
        let resources = need.container(container);
        let restarted = container["restartPolicy"] == "Always";
        most = most.or(together.and(resources));
        if restarted {
            together = together.and(resources);
        }
        need.part(container, if restarted { Runs::Always } else { Runs::First }, resources);
    }
    if cluster.is_some() && pod.role == "worker" {
        let injected = need.requests(&wait_gcs_ready());
        most = most.or(together.and(injected));
        need.parts.push(Part { name: "wait-gcs-ready".to_owned(), runs: Runs::First, resources: injected });
    }
    for container in list("containers") {
        let resources = need.container(container);
        together = together.and(resources);
        need.part(container, Runs::Always, resources);
    }
    if let Some(cluster) = cluster.filter(|cluster| pod.role == "head" && cluster.autoscaling()) {
        let sidecar = need.requests(&autoscaler(cluster));
        together = together.and(sidecar);
        need.parts.push(Part { name: "autoscaler".to_owned(), runs: Runs::Always, resources: sidecar });
    }
    let mut resources = most.or(together);
    // Resources of the whole pod win over those of its containers (Kubernetes 1.34, PodLevelResources).
    if let Some(whole) = pod.get("/spec/resources").filter(|whole| whole.is_object()) {
        for (resource, amount) in need.requests(whole).some() {
            resources.set(resource, amount);
        }
    }
    if let Some(overhead) = pod.get("/spec/overhead") {
        resources = resources.and(need.amounts(overhead));
    }
    need.resources = resources.with(Resource::Pods, 1);
    need
}

/// What a container's `resources` request.
pub fn requests(resources: &Value) -> Resources {
    Need::default().requests(resources)
}

impl Need {
    fn part(&mut self, container: &Value, runs: Runs, resources: Resources) {
        let name = container["name"].as_str().unwrap_or_default().to_owned();
        self.parts.push(Part { name, runs, resources });
    }

    fn container(&mut self, container: &Value) -> Resources {
        self.requests(&container["resources"])
    }

    /// Requests; a missing one is the limit (Kubernetes `pkg/apis/core/v1/defaults.go`, SetDefaults_Pod).
    fn requests(&mut self, resources: &Value) -> Resources {
        let mut amounts = self.amounts(&resources["limits"]);
        for (name, value) in resources["requests"].as_object().into_iter().flatten() {
            match Resource::of_name(name) {
                Some(resource) => amounts.set(resource, amount(resource, value).unwrap_or(0)),
                None => self.note(name, value),
            }
        }
        amounts
    }

    fn amounts(&mut self, list: &Value) -> Resources {
        let mut amounts = Resources::default();
        for (name, value) in list.as_object().into_iter().flatten() {
            match Resource::of_name(name) {
                Some(resource) => amounts.set(resource, amount(resource, value).unwrap_or(0)),
                None => self.note(name, value),
            }
        }
        amounts
    }

    /// Devices of other vendors and huge pages, of which Karpenter's instance types have none.
    fn note(&mut self, name: &str, value: &Value) {
        let asked = amount(Resource::Pods, value).is_some_and(|amount| amount > 0);
        if asked && !self.unknown.iter().any(|known| known == name) {
            self.unknown.push(name.to_owned());
        }
    }
}
