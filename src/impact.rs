//! What merging does: every change of an object, classified by what the operators in the cluster do about it. No I/O.
//!
//! The facts are tables, one file per kind, one row per field and condition. Each row says what happens, why, and where
//! upstream it is written.

pub mod deletion;
pub mod ec2_node_class;
mod headline;
pub mod node_pool;
mod nodes;
pub mod other;
pub mod ray_cluster;
pub mod ray_job;
pub mod ray_service;
pub mod storage;
pub mod table;
pub mod upgrade;
mod verdict;

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use self::nodes::Nodes;
use self::table::Case;
pub use self::upgrade::Upgrade;
pub use self::verdict::Verdict;
use crate::diff::{self, Object, Pair, Path};
use crate::manifest::Manifest;
use crate::schema::Releases;

/// What one change does, or several with the same consequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    /// What happens.
    pub verdict: Verdict,
    /// The fields; none where the whole object is new or gone.
    pub fields: Vec<Path>,
    /// Why, in words.
    pub reason: String,
    /// Who says so: project, file and function or document.
    pub fact: &'static str,
    /// The command that is left to people.
    pub command: Option<String>,
}

/// An object that differs and what that does, the worst first.
#[derive(Clone, Debug)]
pub struct ObjectImpact<'a> {
    /// The object, and what differs.
    pub pair: Pair<'a>,
    /// What that does; never empty.
    pub effects: Vec<Effect>,
}

impl ObjectImpact<'_> {
    /// The worst verdict.
    pub fn verdict(&self) -> Verdict {
        self.effects.first().map_or(Verdict::Unaffected, |effect| effect.verdict)
    }

    /// What people call it: team and workload, as in `vision/train`, or its name where it belongs to no workload.
    pub fn label(&self) -> String {
        label(&self.pair.object())
    }
}

fn label(object: &Object<'_>) -> String {
    match (object.team, object.workload) {
        (Some(team), Some(workload)) => format!("{team}/{workload}"),
        (Some(team), None) if object.name() != team => format!("{team}/{}", object.name()),
        _ => object.name().to_owned(),
    }
}

/// What merging does in one environment.
#[derive(Clone, Debug)]
pub struct EnvironmentImpact<'a> {
    /// Its name.
    pub name: &'a str,
    /// Operators and control planes that change their release.
    pub upgrades: Vec<Upgrade>,
    /// The objects that differ, the worst first.
    pub objects: Vec<ObjectImpact<'a>>,
}

impl EnvironmentImpact<'_> {
    /// What happens, in one line: "2 clusters restart (vision/train, nlp/batch), 3 change in place".
    pub fn headline(&self) -> String {
        headline::headline(&self.objects)
    }

    /// Every verdict that occurs.
    pub fn verdicts(&self) -> BTreeSet<Verdict> {
        self.objects.iter().flat_map(|object| &object.effects).map(|effect| effect.verdict).collect()
    }
}

/// One side of a comparison.
#[derive(Clone, Debug, Default)]
pub struct Side<'a> {
    /// What each environment runs.
    pub releases: BTreeMap<&'a str, &'a Releases>,
    /// The objects.
    pub objects: Vec<Object<'a>>,
}

impl<'a> Side<'a> {
    /// The objects of manifests, in environments that run these releases.
    pub fn new(releases: BTreeMap<&'a str, &'a Releases>, manifests: impl Iterator<Item = &'a Manifest>) -> Self {
        Self { releases, objects: manifests.map(Object::of_manifest).collect() }
    }
}

/// What it does to go from one side to the other, by environment. Environments where nothing differs are not named.
pub fn assess<'a>(old: &Side<'a>, new: &Side<'a>) -> Vec<EnvironmentImpact<'a>> {
    let (before, after) = (Nodes::new(&old.objects), Nodes::new(&new.objects));
    let pairs = diff::compare(old.objects.iter().copied(), new.objects.iter().copied());
    let newest = Releases::newest();
    let impacts: Vec<ObjectImpact<'a>> = pairs
        .into_par_iter()
        .map(|pair| {
            let environment = pair.object().environment;
            let [was, is] = [old, new].map(|side| side.releases.get(environment).copied());
            // An environment that is new or gone has one side only, and objects without an environment have none.
            let releases = (was.or(is).unwrap_or(&newest), is.or(was).unwrap_or(&newest));
            let effects = effects(&pair, releases, (&before, &after));
            ObjectImpact { pair, effects }
        })
        .collect();
    let mut environments: BTreeMap<&str, Vec<ObjectImpact<'a>>> = BTreeMap::new();
    for impact in impacts {
        environments.entry(impact.pair.object().environment).or_default().push(impact);
    }
    for name in new.releases.keys() {
        environments.entry(name).or_default();
    }
    let of_environment = |(name, mut objects): (&'a str, Vec<ObjectImpact<'a>>)| {
        objects.sort_by_key(|object| std::cmp::Reverse(object.verdict()));
        let upgrades = match (old.releases.get(name), new.releases.get(name)) {
            (Some(old), Some(new)) => upgrade::upgrades(old, new),
            _ => Vec::new(),
        };
        EnvironmentImpact { name, upgrades, objects }
    };
    let environments = environments.into_iter().map(of_environment);
    environments.filter(|environment| !environment.objects.is_empty() || !environment.upgrades.is_empty()).collect()
}

/// What the pair's changes do, the worst first, those with the same consequence together.
fn effects(
    pair: &Pair<'_>,
    (before, after): (&Releases, &Releases),
    (old_nodes, nodes): (&Nodes<'_>, &Nodes<'_>),
) -> Vec<Effect> {
    let (old, new) = match (&pair.old, &pair.new) {
        (Some(old), Some(new)) => (old, new),
        (Some(old), None) => return vec![old_nodes.of_pool(deletion::effect(old, pair.renamed), old)],
        (None, _) => return vec![creation(&pair.object(), pair.renamed)],
    };
    let mut merged: Vec<Effect> = Vec::new();
    for change in &pair.changes {
        let case = Case {
            change,
            steps: &change.path.0,
            old: old.value,
            new: new.value,
            all: &pair.changes,
            kuberay: (&before.kuberay, &after.kuberay),
        };
        for effect in of_kind(&case, new, nodes) {
            let same = |other: &&mut Effect| {
                (other.verdict, &other.reason, &other.command) == (effect.verdict, &effect.reason, &effect.command)
            };
            match merged.iter_mut().find(same) {
                Some(other) => other.fields.extend(effect.fields),
                None => merged.push(effect),
            }
        }
    }
    merged.sort_by_key(|effect| std::cmp::Reverse(effect.verdict));
    merged
}

fn creation(new: &Object<'_>, renamed: Option<&str>) -> Effect {
    let (verdict, reason) = match renamed {
        // What raygen submits has a name that changes with what is submitted.
        Some(_) if new.kind() == "Job" => {
            (Verdict::Rerun, "what is submitted has changed, so it runs again".to_owned())
        }
        Some(name) => (Verdict::Created, format!("renamed from `{name}`, which is a deletion and a creation")),
        None => (Verdict::Created, "the object is new".to_owned()),
    };
    Effect { verdict, fields: Vec::new(), reason, fact: "", command: None }
}

fn of_kind(case: &Case<'_>, object: &Object<'_>, nodes: &Nodes<'_>) -> Vec<Effect> {
    let one = match (object.group(), object.kind()) {
        ("ray.io", "RayCluster") => return ray_cluster::effects(case),
        ("ray.io", "RayService") => case.look_up_in(ray_service::PARTS),
        ("ray.io", "RayJob") => case.look_up_in(ray_job::JOB_PARTS),
        ("ray.io", "RayCronJob") => case.look_up_in(ray_job::CRON_JOB_PARTS),
        ("karpenter.sh", "NodePool") => case.look_up_in(node_pool::PARTS).map(|effect| nodes.of_pool(effect, object)),
        ("karpenter.k8s.aws", "EC2NodeClass") => {
            case.look_up_in(ec2_node_class::PARTS).map(|effect| nodes.of_class(effect, object))
        }
        (_, kind) => other::effect(case, kind),
    };
    // A change that no table speaks of, such as that of `apiVersion`.
    one.or_else(|| other::effect(case, "")).into_iter().collect()
}
