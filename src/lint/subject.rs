//! What rules look at: objects with places, the Ray clusters and pods in them, and resolved teams.

use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use super::Rule;
use super::exposure::{self, Exposure};
use super::index::Index;
use super::monitoring::{self, Targets};
use super::placement::{self, Pools};
use super::policy::Policy;
use super::quota::{Place, place};
use super::storage::Claims;
use crate::diagnostic::Diagnostic;
use crate::fit::Fits;
use crate::instances::Catalog;
use crate::json::Value;
use crate::manifest::{Built, Manifest};
use crate::objects::ReadObject;
use crate::resolve::{Resolution, Selection, SharedPool, SpecPath, Team};
use crate::schema::Releases;
use crate::source::Span;
use crate::spec;
use crate::workspace::Workspace;

/// Everything that a run looks at.
#[derive(Debug, Default)]
pub struct Subject<'a> {
    /// Objects: rendered, or read from manifests.
    pub objects: Vec<Object<'a>>,
    /// Resolved teams; none when only manifests are linted.
    pub teams: &'a [Team],
    /// Shared pools; none when only manifests are linted.
    pub pools: &'a [SharedPool],
    /// The specs, and which of them were to be looked at; none when only manifests are linted.
    pub specs: Option<(&'a Workspace, &'a Selection)>,
    /// What no team may exceed or do.
    pub policy: Option<Policy<'a>>,
    /// The EC2 instance types there are.
    pub catalog: Arc<Catalog>,
    pods: OnceLock<Vec<Pod<'a>>>,
    fits: OnceLock<Fits<'a>>,
    exposures: OnceLock<Vec<Exposure<'a>>>,
    pod_targets: OnceLock<Targets<'a>>,
    service_targets: OnceLock<Targets<'a>>,
    kinds: OnceLock<Index<&'a str>>,
    places: OnceLock<Index<Place<'a>>>,
    pods_of_places: OnceLock<Index<Place<'a>>>,
    pods_of_pools: OnceLock<Index<(&'a str, &'a str)>>,
    node_pools: OnceLock<Pools<'a>>,
    claims: OnceLock<Claims<'a>>,
}

impl<'a> Subject<'a> {
    /// Everything that specs made.
    pub fn new(workspace: &'a Workspace, resolution: &'a Resolution, built: &'a Built) -> Self {
        Self {
            objects: built.manifests.iter().map(Object::of_manifest).collect(),
            teams: &resolution.teams,
            pools: &resolution.pools,
            specs: Some((workspace, &resolution.selection)),
            policy: Policy::read(workspace),
            catalog: Arc::clone(&resolution.catalog),
            ..Self::default()
        }
    }

    /// Objects alone, as they are read from manifests.
    pub fn of_objects(objects: Vec<Object<'a>>, catalog: Arc<Catalog>) -> Self {
        Self { objects, catalog, ..Self::default() }
    }

    /// Every pod template of every object.
    pub fn pods(&self) -> &[Pod<'a>] {
        self.pods.get_or_init(|| self.objects.par_iter().flat_map_iter(Object::pods).collect())
    }

    /// Every object with its pod templates.
    pub(super) fn objects_and_pods(&self) -> Vec<(&Object<'a>, &[Pod<'a>])> {
        let mut rest = self.pods();
        let of = |object| {
            let own = rest.iter().take_while(|pod| pod.object.is(object)).count();
            let (pods, others) = rest.split_at(own);
            rest = others;
            (object, pods)
        };
        self.objects.iter().map(of).collect()
    }

    /// Where every head and worker group may run. Looked at in one thread: others that ask wait, and must not be given
    /// work of this one meanwhile.
    pub fn fits(&self) -> &Fits<'a> {
        self.fits.get_or_init(|| Fits::of(self))
    }

    /// Every path of an Ingress to a Ray head.
    pub(super) fn exposures(&self) -> &[Exposure<'a>] {
        self.exposures.get_or_init(|| exposure::exposures(self))
    }

    /// Every pod as selectors find it.
    pub(super) fn pod_targets(&self) -> &Targets<'a> {
        self.pod_targets.get_or_init(|| monitoring::pods(self))
    }

    /// Every Service as selectors find it.
    pub(super) fn service_targets(&self) -> &Targets<'a> {
        self.service_targets.get_or_init(|| monitoring::services(self))
    }

    /// Every NodePool by its name.
    pub(super) fn node_pools(&self) -> &Pools<'a> {
        self.node_pools.get_or_init(|| Pools::of(self))
    }

    /// Every claim by its name.
    pub(super) fn claims(&self) -> &Claims<'a> {
        self.claims.get_or_init(|| Claims::of(self))
    }

    /// Objects by kind.
    pub(super) fn kinds(&self) -> &Index<&'a str> {
        self.kinds.get_or_init(|| Index::of(&self.objects, |object| Some(object.kind())))
    }

    /// Objects of a kind.
    pub fn of_kind(&self, kind: &'a str) -> impl Iterator<Item = &Object<'a>> {
        self.kinds().get(&kind).iter().map(|position| &self.objects[*position])
    }

    /// Objects in the Namespace of one, itself among them.
    pub(super) fn beside(&self, object: &Object<'a>) -> impl Iterator<Item = &Object<'a>> {
        self.within(place(object))
    }

    /// Objects in a Namespace.
    pub(super) fn within(&self, space: Place<'a>) -> impl Iterator<Item = &Object<'a>> {
        let places = self.places.get_or_init(|| Index::of(&self.objects, |object| Some(place(object))));
        places.get(&space).iter().map(|position| &self.objects[*position])
    }

    /// Pods in the Namespace of an object.
    pub(super) fn pods_beside(&self, object: &Object<'a>) -> impl Iterator<Item = &Pod<'a>> {
        let places = self.pods_of_places.get_or_init(|| Index::of(self.pods(), |pod| Some(place(&pod.object))));
        places.get(&place(object)).iter().map(|position| &self.pods()[*position])
    }

    /// Ray's pods that select a pool by its name.
    pub(super) fn pods_of_pool(&self, pool: &Object<'a>) -> impl Iterator<Item = &Pod<'a>> {
        let key = |pod: &Pod<'a>| {
            let name = placement::selected(pod).filter(|_| matches!(pod.role, "head" | "worker"))?;
            Some((pod.object.environment_name, name))
        };
        let pools = self.pods_of_pools.get_or_init(|| Index::of(self.pods(), key));
        pools.get(&(pool.environment_name, pool.name())).iter().map(|position| &self.pods()[*position])
    }
}

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

    fn of_manifest(manifest: &'a Manifest) -> Self {
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
    fn is(&self, other: &Self) -> bool {
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

/// Collects one rule's diagnostics.
#[derive(Debug)]
pub struct Findings<'a> {
    rule: &'static Rule,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl<'a> Findings<'a> {
    pub(super) fn new(rule: &'static Rule, diagnostics: &'a mut Vec<Diagnostic>) -> Self {
        Self { rule, diagnostics }
    }

    /// Reports at the part of an object. The diagnostic can be added to: labels, help, a fix.
    pub fn object(&mut self, object: &Object<'_>, pointer: &str, message: impl Into<String>) -> &mut Diagnostic {
        self.report(object.span(pointer), message)
    }

    /// Reports at a part of a Ray cluster; the pointer is below its spec.
    pub fn cluster(&mut self, cluster: &RayCluster<'_>, pointer: &str, message: impl Into<String>) -> &mut Diagnostic {
        self.report(cluster.object.span(&cluster.at(pointer)), message)
    }

    /// Reports at a part of a pod template; the pointer is below the template.
    pub fn pod(&mut self, pod: &Pod<'_>, pointer: &str, message: impl Into<String>) -> &mut Diagnostic {
        self.report(pod.object.span(&pod.at(pointer)), message)
    }

    /// Reports at a value of a team's spec.
    pub fn team(&mut self, team: &Team, path: &SpecPath, message: impl Into<String>) -> &mut Diagnostic {
        self.report(team.values.span(path), message)
    }

    /// Reports at the team's own line that made a part of an object, and shows where the value stands if that is
    /// elsewhere: in a default or a profile.
    pub fn own(&mut self, manifest: &Manifest, pointer: &str, message: impl Into<String>) -> &mut Diagnostic {
        let path = manifest.place(pointer);
        let (own, set) = (manifest.values.own_span(&path), manifest.values.span(&path));
        let diagnostic = self.report(own, message);
        if set.file != own.file {
            diagnostic.add_label(set, "set here");
        }
        diagnostic
    }

    /// Reports at a place.
    pub fn report(&mut self, span: Span, message: impl Into<String>) -> &mut Diagnostic {
        let mut diagnostic = Diagnostic::error(self.rule.name, span, message);
        diagnostic.severity = self.rule.severity;
        self.diagnostics.push(diagnostic);
        self.diagnostics.last_mut().expect("one was just pushed")
    }
}
