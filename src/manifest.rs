//! From resolved teams to Kubernetes objects: one file per kind, no I/O, nothing can fail.

mod app_project;
mod application;
mod application_set;
mod containers;
mod ec2_node_class;
mod env;
mod external_secret;
mod fault_tolerance;
pub mod gitops;
mod http_route;
mod ingress;
mod kustomization;
mod metadata;
mod monitor;
mod mounts;
mod namespace;
mod network_policy;
mod node_pool;
mod patch;
mod permissions_job;
mod persistent_volume;
mod persistent_volume_claim;
mod pod;
mod pod_disruption_budget;
mod probes;
mod prometheus_rule;
mod quota;
mod ray_cluster;
mod role;
mod ray_job;
mod ray_service;
mod spread;
mod storage_class;
mod submission;
mod submitter;
mod volumes;

use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

use rayon::prelude::*;
use serde::Serialize;

use crate::diagnostic::Diagnostic;
use crate::json::Value;
use crate::readme;
use crate::resolve::{Environment, Resolution, SharedPool, SpecPath, Team, Values, Workload};
use crate::source::Span;
use crate::spec::GitOpsTool;
use crate::tree::{self, Tree};
use crate::yaml;

/// A rendered object, and the specs it came from.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// The environment it is for.
    pub environment: Arc<Environment>,
    /// The team it belongs to; `None` for a shared pool's objects.
    pub team: Option<String>,
    /// The workload it belongs to; `None` for what belongs to the team as a whole.
    pub workload: Option<String>,
    /// The whole object.
    pub object: Value,
    /// The values it was built from.
    pub values: Arc<Values>,
    /// Which values made which part of the object.
    pub places: Places,
}

impl Manifest {
    fn text(&self, pointer: &str) -> &str {
        self.object.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    /// `apiVersion`.
    pub fn api_version(&self) -> &str {
        self.text("/apiVersion")
    }

    /// `kind`.
    pub fn kind(&self) -> &str {
        self.text("/kind")
    }

    /// `metadata.name`.
    pub fn name(&self) -> &str {
        self.text("/metadata/name")
    }

    /// `metadata.namespace`; `None` for a cluster-scoped object.
    pub fn namespace(&self) -> Option<&str> {
        self.object.pointer("/metadata/namespace").and_then(Value::as_str)
    }

    /// The file's path below the output directory. Cluster-scoped objects stand apart, so that a team's Argo CD project
    /// needs no cluster-scoped kind but its Namespace; what makes Argo CD or Flux sync stands outside of what they sync.
    pub fn path(&self) -> String {
        let environment = &self.environment.name;
        let file = format!("{}-{}.yaml", self.kind().to_lowercase(), self.name());
        if let Some(tool) = self.reader() {
            return format!("{}/{environment}/{}/{file}", gitops::DIRECTORY, tool.as_str());
        }
        let directory = if self.is_of_cluster() { None } else { self.team.as_deref() };
        format!("{environment}/{}/{file}", directory.unwrap_or("_cluster"))
    }

    /// Whether the object belongs to the whole cluster. A team's Namespace counts as the team's.
    pub fn is_of_cluster(&self) -> bool {
        self.namespace().is_none() && self.kind() != "Namespace"
    }

    /// The tool that reads the object, if it is wiring and not Ray's.
    pub fn reader(&self) -> Option<GitOpsTool> {
        gitops::reader(self.api_version())
    }

    /// The place in the specs that made the part of the object at a JSON pointer.
    pub fn place(&self, pointer: &str) -> Cow<'_, SpecPath> {
        self.places.find(pointer)
    }

    /// Where that place stands. Below a known part the pointer's own tokens go on as long as the spec has such keys:
    /// an item of a list of the object is the same item of the list in the spec.
    pub fn span(&self, pointer: &str) -> Span {
        let (path, rest, _) = self.places.around(pointer);
        self.values.span(&below(path, rest))
    }
}

/// Parts of an object, by JSON pointer, and the spec paths that made them.
#[derive(Clone, Debug)]
pub struct Places {
    whole: SpecPath,
    /// Parts that are listed when somebody asks, before the others.
    later: Option<Arc<Later>>,
    parts: Vec<Part>,
}

type Part = (String, SpecPath, Made);

/// Few objects are ever spoken about, and a cluster has hundreds of parts.
type Later = LazyLock<Vec<Part>, Box<dyn FnOnce() -> Vec<Part> + Send>>;

/// How a value of the specs made a part of an object.
#[derive(Clone, Copy, Debug)]
enum Made {
    /// The builders made the part from it.
    Built,
    /// It is the part.
    Verbatim,
}

impl Places {
    /// The whole object was made by `path`.
    pub fn new(path: SpecPath) -> Self {
        Self { whole: path, later: None, parts: Vec::new() }
    }

    /// The whole object was made by `path`, and `add` adds its parts when a place is first asked for.
    fn later(path: SpecPath, add: impl FnOnce(&mut Self) + Send + 'static) -> Self {
        let whole = path.clone();
        let list = move || {
            let mut places = Self::new(whole);
            add(&mut places);
            places.parts
        };
        Self { whole: path, later: Some(Arc::new(LazyLock::new(Box::new(list)))), parts: Vec::new() }
    }

    /// The part at `pointer` was made by `path`. Of two for the same part the later counts.
    pub fn add(&mut self, pointer: impl Into<String>, path: SpecPath) {
        self.parts.push((pointer.into(), path, Made::Built));
    }

    /// The part at `pointer` is the value at `path`, as it stands there; what made it before counts no more.
    pub fn replace(&mut self, pointer: String, path: SpecPath) {
        if let Some(later) = self.later.take() {
            self.parts.splice(..0, later.iter().cloned());
        }
        self.parts.retain(|(part, ..)| !around(&pointer, part));
        self.parts.push((pointer, path, Made::Verbatim));
    }

    /// The path of the smallest known part around `pointer`.
    fn find(&self, pointer: &str) -> Cow<'_, SpecPath> {
        match self.around(pointer) {
            (path, rest, Made::Verbatim) if !rest.is_empty() => Cow::Owned(below(path, rest)),
            (path, ..) => Cow::Borrowed(path),
        }
    }

    /// The smallest known part around `pointer`: its path, the rest of the pointer, and how it was made.
    fn around<'p>(&self, pointer: &'p str) -> (&SpecPath, &'p str, Made) {
        let later = self.later.iter().flat_map(|later| later.iter());
        let parts = later.chain(&self.parts).filter(|(part, ..)| around(part, pointer));
        match parts.max_by_key(|(part, ..)| part.len()) {
            None => (&self.whole, pointer, Made::Built),
            Some((part, path, made)) => (path, &pointer[part.len()..], *made),
        }
    }
}

/// Whether the part at `pointer` is `part` or within it.
fn around(part: &str, pointer: &str) -> bool {
    pointer.strip_prefix(part).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A file beside the objects that is none, such as a patch for something else.
#[derive(Clone, Debug)]
pub struct Text {
    /// Its path below the output directory.
    pub path: String,
    /// The spec it comes from.
    pub source: String,
    /// What is in it, without the header.
    pub text: String,
}

/// All objects, and what was wrong with patches.
#[derive(Clone, Debug, Default)]
pub struct Built {
    /// The objects, sorted by environment and team; a team's in the order of its spec.
    pub manifests: Vec<Manifest>,
    /// Patches of what raygen does not own.
    pub patches: Vec<Text>,
    /// What is wrong.
    pub diagnostics: Vec<Diagnostic>,
}

/// Builds everything.
pub fn build(resolution: &Resolution) -> Built {
    let teams: Vec<Built> = resolution.teams.par_iter().map(of_team).collect();
    let mut built = Built::default();
    for team in teams {
        built.manifests.extend(team.manifests);
        built.diagnostics.extend(team.diagnostics);
    }
    for pool in &resolution.pools {
        let mut manifests = of_pool(pool);
        gitops::annotate(&pool.environment, &mut manifests);
        built.manifests.extend(manifests);
    }
    for environment in resolution.environments.values() {
        let wiring = gitops::of_environment(environment, &built.manifests);
        built.patches.extend(gitops::patch(environment).filter(|_| !wiring.is_empty()));
        built.manifests.extend(wiring);
    }
    built
}

/// What the objects of one team have in common.
struct Scope<'a> {
    team: &'a Team,
    workload: Option<&'a Workload>,
}

impl Scope<'_> {
    fn manifest(&self, object: impl Serialize, places: Places) -> Manifest {
        Manifest {
            environment: Arc::clone(&self.team.environment),
            team: Some(self.team.name.clone()),
            workload: self.workload.map(|workload| workload.key.clone()),
            object: to_value(object),
            values: Arc::clone(&self.team.values),
            places,
        }
    }
}

/// Our structs and those of Kubernetes hold only strings, numbers, lists and maps with string keys.
fn to_value(object: impl Serialize) -> Value {
    crate::json::to_value(object).expect("manifests serialize")
}

fn of_team(team: &Team) -> Built {
    let scope = Scope { team, workload: None };
    let mut manifests = vec![namespace::namespace(&scope)];
    manifests.extend(team.quota.as_ref().map(|quota| quota::resource_quota(&scope, quota)));
    manifests.extend(team.limit_range.as_ref().map(|range| quota::limit_range(&scope, range)));
    manifests.extend(namespace::service_accounts(&scope));
    for (name, account) in &team.service_accounts {
        manifests.extend(role::of_service_account(&scope, name, account));
    }
    manifests.extend(team.secret_stores.iter().map(|store| external_secret::secret_store(&scope, store)));
    manifests.extend(team.secrets.iter().map(|secret| external_secret::external_secret(&scope, secret)));
    manifests.extend(ec2_node_class::of_team(&scope));
    for storage in &team.storages {
        manifests.extend(storage_class::of_storage(&scope, storage));
        manifests.extend(persistent_volume::of_storage(&scope, storage));
        manifests.extend(persistent_volume_claim::of_storage(&scope, storage));
        manifests.extend(permissions_job::of_storage(&scope, storage));
    }
    for workload in &team.workloads {
        let scope = Scope { team, workload: Some(workload) };
        let workers = workload.workers.iter().map(|worker| (&worker.group, worker.most_pods()));
        let groups = || std::iter::once((&workload.head, 1)).chain(workers.clone());
        let pools = || groups().filter_map(|(group, pods)| Some((group.own_pool.as_ref()?, pods)));
        let own = pools().map(|(pool, _)| pool).filter(|pool| pool.own_class);
        manifests.extend(own.map(|pool| ec2_node_class::of_pool(&scope, pool)));
        manifests.extend(pools().map(|(pool, pods)| node_pool::of_group(&scope, pool, workload.with_surge(pods))));
        manifests.push(match (&workload.serve, &workload.job) {
            (Some(serve), _) => ray_service::ray_service(&scope, workload, serve),
            (None, Some(job)) => ray_job::of_workload(&scope, workload, job),
            (None, None) => ray_cluster::ray_cluster(&scope, workload),
        });
        manifests.extend(submission::of_workload(&scope, workload));
        manifests.extend(pod_disruption_budget::of_workload(&scope, workload));
        manifests.extend(network_policy::of_workload(&scope, workload));
        manifests.extend(workload.ingresses.iter().map(|ingress| ingress::ingress(&scope, workload, ingress)));
        manifests.extend(monitor::of_workload(&scope, workload));
        manifests.extend(prometheus_rule::of_workload(&scope, workload));
    }
    manifests.extend(team.selected_jobs.iter().map(|job| ray_job::on_selected(&scope, job)));
    gitops::annotate(&team.environment, &mut manifests);
    let diagnostics = patch::apply(team, &mut manifests);
    // After the patches, for no team may widen what it may do.
    let wiring = gitops::of_team(team, &manifests);
    manifests.extend(wiring);
    Built { manifests, patches: Vec::new(), diagnostics }
}

fn of_pool(shared: &SharedPool) -> [Manifest; 2] {
    [ec2_node_class::of_shared(shared), node_pool::of_shared(shared)]
}

/// Writes every object as YAML, what stands beside them, and a README per team and environment. Of two
/// objects with the same path the first stays; that there are two is for the checks to say.
pub fn emit(resolution: &Resolution, built: &Built) -> Tree {
    let of_manifest = |manifest: &Manifest| {
        let path = manifest.path();
        let text = tree::with_header(&path, &manifest.values.source, &yaml::emit(&manifest.object));
        (path, text)
    };
    let of_team = |(team, manifests): (&Team, &[Manifest])| {
        let path = format!("{}/{}/README.md", team.environment.name, team.name);
        let text = tree::with_header(&path, &team.values.source, &readme::of_team(team, manifests));
        (path, text)
    };
    let mut files: Vec<(String, String)> = built.manifests.par_iter().map(of_manifest).collect();
    // Each team has its Namespace at least, so the teams' parts stand in the order of the teams; shared pools are last.
    let parts = built.manifests.chunk_by(|a, b| a.team == b.team && a.environment.name == b.environment.name);
    let teams: Vec<(&Team, &[Manifest])> = resolution.teams.iter().zip(parts).collect();
    files.par_extend(teams.into_par_iter().map(of_team));
    files.extend(built.patches.iter().map(|patch| {
        let text = tree::with_header(&patch.path, &patch.source, &patch.text);
        (patch.path.clone(), text)
    }));
    // A path that is taken belongs to a duplicate, which is an error of its own.
    Tree::of(files)
}

/// The path below `path` that the tokens of a JSON pointer name.
fn below(path: &SpecPath, rest: &str) -> SpecPath {
    let unescaped = rest.split('/').skip(1).map(|token| token.replace("~1", "/").replace("~0", "~"));
    unescaped.fold(path.clone(), |path, token| path.join(&token))
}
