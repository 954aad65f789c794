//! Objects with places, and the Ray clusters and pods in them.

use crate::json::Value;
use crate::manifest::Manifest;
use crate::objects::ReadObject;
use crate::schema::Releases;
use crate::source::Span;
use crate::spec;

/// An object and the way to its places.
#[derive(Clone, Copy, Debug)]
pub struct Object<'a> {
    /// The whole object.
    pub value: &'a Value,
    /// The releases it will meet.
    pub releases: &'a Releases,
    /// The environment, where it is known.
    pub environment: Option<&'a spec::Environment>,
    /// Its name in `_platform.toml`; empty where it is not known. Objects of different environments never meet.
    pub environment_name: &'a str,
    kind: &'a str,
    name: &'a str,
    namespace: &'a str,
    origin: Origin<'a>,
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// Where an object comes from, and so where its parts stand.
#[derive(Clone, Copy, Debug)]
enum Origin<'a> {
    /// A spec made it.
    Spec(&'a Manifest),
    /// It was read.
    Read(&'a ReadObject),
}

impl<'a> Object<'a> {
    /// An object that no spec made.
    pub fn read(object: &'a ReadObject, releases: &'a Releases) -> Self {
        Self::new(object.taken(), releases, Origin::Read(object))
    }

    pub(super) fn of_manifest(manifest: &'a Manifest) -> Self {
        Self {
            environment: Some(&manifest.environment.spec),
            environment_name: &manifest.environment.name,
            ..Self::new(&manifest.object, &manifest.environment.releases, Origin::Spec(manifest))
        }
    }

    fn new(value: &'a Value, releases: &'a Releases, origin: Origin<'a>) -> Self {
        Self {
            value,
            releases,
            environment: None,
            environment_name: "",
            kind: text(value, "/kind"),
            name: text(value, "/metadata/name"),
            namespace: text(value, "/metadata/namespace"),
            origin,
        }
    }

    /// Whether both are the same object, not only equal ones.
    pub(super) fn is(&self, other: &Self) -> bool {
        std::ptr::eq(self.value, other.value)
    }

    /// The value at a JSON pointer.
    pub fn get(&self, pointer: &str) -> Option<&'a Value> {
        self.value.pointer(pointer)
    }

    /// The text at a JSON pointer; empty where there is none.
    pub fn text(&self, pointer: &str) -> &'a str {
        text(self.value, pointer)
    }

    /// `kind`.
    pub fn kind(&self) -> &'a str {
        self.kind
    }

    /// `metadata.name`.
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// `metadata.namespace`.
    pub fn namespace(&self) -> &'a str {
        self.namespace
    }

    /// The manifest, if a spec made the object.
    pub fn manifest(&self) -> Option<&'a Manifest> {
        match self.origin {
            Origin::Spec(manifest) => Some(manifest),
            Origin::Read(_) => None,
        }
    }

    /// The place of the part at a JSON pointer: in the TOML that made it, or in the YAML.
    pub fn span(&self, pointer: &str) -> Span {
        match self.origin {
            Origin::Spec(manifest) => manifest.span(pointer),
            Origin::Read(object) => object.span(pointer),
        }
    }

    /// The Ray clusters that the object describes.
    pub fn ray_clusters(&self) -> Vec<RayCluster<'a>> {
        let pointer = match self.kind() {
            "RayCluster" => "/spec",
            "RayService" => "/spec/rayClusterConfig",
            "RayJob" => "/spec/rayClusterSpec",
            "RayCronJob" => "/spec/jobTemplate/rayClusterSpec",
            _ => return Vec::new(),
        };
        let spec = self.get(pointer).filter(|spec| spec.is_object());
        spec.map(|spec| RayCluster { object: *self, pointer, spec }).into_iter().collect()
    }

    /// The pod templates in the object.
    pub fn pods(&self) -> Vec<Pod<'a>> {
        let mut pods = Vec::new();
        let mut add = |pointer: String, group: Option<String>, role: &'static str| {
            if let Some(template) = self.get(&pointer).filter(|template| template.is_object()) {
                pods.push(Pod::new(*self, pointer, template, group, role));
            }
        };
        for cluster in self.ray_clusters() {
            add(format!("{}/headGroupSpec/template", cluster.pointer), None, "head");
            for (index, group) in cluster.groups().enumerate() {
                let name = group["groupName"].as_str().unwrap_or_default().to_owned();
                add(format!("{}/workerGroupSpecs/{index}/template", cluster.pointer), Some(name), "worker");
            }
        }
        match self.kind() {
            "RayJob" => add("/spec/submitterPodTemplate".to_owned(), None, "submitter"),
            "RayCronJob" => add("/spec/jobTemplate/submitterPodTemplate".to_owned(), None, "submitter"),
            "Job" | "Deployment" | "StatefulSet" | "DaemonSet" => add("/spec/template".to_owned(), None, "other"),
            "CronJob" => add("/spec/jobTemplate/spec/template".to_owned(), None, "other"),
            _ => {}
        }
        pods
    }
}

/// A RayCluster's spec, in an object of its own or in a RayService, RayJob or RayCronJob.
#[derive(Clone, Copy, Debug)]
pub struct RayCluster<'a> {
    /// The object it stands in.
    pub object: Object<'a>,
    /// JSON pointer of the spec.
    pub pointer: &'static str,
    /// The spec.
    pub spec: &'a Value,
}

impl<'a> RayCluster<'a> {
    /// The value at a JSON pointer below the spec.
    pub fn get(&self, pointer: &str) -> Option<&'a Value> {
        self.spec.pointer(pointer)
    }

    /// The whole object's JSON pointer for one below the spec.
    pub fn at(&self, pointer: &str) -> String {
        format!("{}{pointer}", self.pointer)
    }

    /// The worker groups.
    pub fn groups(&self) -> impl Iterator<Item = &'a Value> {
        self.get("/workerGroupSpecs").and_then(Value::as_array).into_iter().flatten()
    }

    /// Head and worker groups, with their JSON pointers below the spec and what to call them.
    pub fn all_groups(&self) -> Vec<(String, String, &'a Value)> {
        let head = self.get("/headGroupSpec").map(|head| ("/headGroupSpec".to_owned(), "the head".to_owned(), head));
        let groups = self.groups().enumerate().map(|(index, group)| {
            let name = group["groupName"].as_str().unwrap_or_default();
            (format!("/workerGroupSpecs/{index}"), format!("worker group `{name}`"), group)
        });
        head.into_iter().chain(groups).collect()
    }

    /// Ray's version, where one is written that KubeRay could parse.
    pub fn ray_version(&self) -> Option<semver::Version> {
        let text = self.get("/rayVersion")?.as_str()?;
        let text = text.strip_prefix('v').unwrap_or(text);
        text.starts_with(|c: char| c.is_ascii_digit()).then(|| spec::Version::from(text).triple())
    }

    /// Whether the autoscaler runs.
    pub fn autoscaling(&self) -> bool {
        self.get("/enableInTreeAutoscaling").and_then(Value::as_bool).unwrap_or(false)
    }

    /// Whether the autoscaler is version 2, by KubeRay's own definition (`utils.IsAutoscalingV2Enabled`).
    pub fn autoscaler_v2(&self) -> bool {
        let option = self.get("/autoscalerOptions/version").and_then(Value::as_str);
        option.map_or_else(
            || matches!(env_value(self.get("/headGroupSpec"), "RAY_enable_autoscaler_v2"), Some("1" | "true")),
            |version| version == "v2",
        )
    }
}

/// The value of an environment variable of a group's Ray container.
pub(super) fn env_value<'a>(group: Option<&'a Value>, name: &str) -> Option<&'a str> {
    let variables = group?.pointer("/template/spec/containers/0/env")?.as_array()?;
    variables.iter().find(|variable| variable["name"] == name)?["value"].as_str()
}

/// A pod template.
#[derive(Clone, Debug)]
pub struct Pod<'a> {
    /// The object it stands in.
    pub object: Object<'a>,
    /// JSON pointer of the template.
    pub pointer: String,
    /// The template: `metadata` and `spec`.
    pub template: &'a Value,
    /// The worker group's name.
    pub group: Option<String>,
    /// `head`, `worker`, `submitter`, or `other` for pods that are not Ray's.
    pub role: &'static str,
    /// Init containers, then containers, with their JSON pointers below the template.
    containers: Vec<(String, &'a Value)>,
}

impl<'a> Pod<'a> {
    fn new(
        object: Object<'a>,
        pointer: String,
        template: &'a Value,
        group: Option<String>,
        role: &'static str,
    ) -> Self {
        let list = |list: &'static str| {
            let containers = template.pointer(list).and_then(Value::as_array).into_iter().flatten();
            containers.enumerate().map(move |(index, container)| (format!("{list}/{index}"), container))
        };
        let containers = list("/spec/initContainers").chain(list("/spec/containers")).collect();
        Self { object, pointer, template, group, role, containers }
    }

    /// The value at a JSON pointer below the template.
    pub fn get(&self, pointer: &str) -> Option<&'a Value> {
        self.template.pointer(pointer)
    }

    /// The whole object's JSON pointer for one below the template.
    pub fn at(&self, pointer: &str) -> String {
        format!("{}{pointer}", self.pointer)
    }

    /// What to call it: "the head", "worker group `gpu`".
    pub fn what(&self) -> String {
        match (&self.group, self.role) {
            (Some(group), _) => format!("worker group `{group}`"),
            (None, "head") => "the head".to_owned(),
            (None, "submitter") => "the submitter".to_owned(),
            (None, _) => format!("{} `{}`", self.object.kind(), self.object.name()),
        }
    }

    /// The containers, the Ray container first.
    pub fn containers(&self) -> impl Iterator<Item = &'a Value> {
        self.get("/spec/containers").and_then(Value::as_array).into_iter().flatten()
    }

    /// All containers with their JSON pointers below the template: init containers, then containers.
    pub fn all_containers(&self) -> impl Iterator<Item = (&str, &'a Value)> {
        self.containers.iter().map(|(pointer, container)| (pointer.as_str(), *container))
    }
}
