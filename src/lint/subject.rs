//! What rules look at: objects, resolved teams, and what several rules ask of them.

use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use super::exposure::{self, Exposure};
use super::index::Index;
use super::monitoring::{self, Targets};
use super::placement::{self, Pools};
use super::policy::Policy;
use super::quota::{Place, place};
use super::storage::Claims;
use super::{Object, Pod};
use crate::fit::Fits;
use crate::instances::Catalog;
use crate::manifest::Built;
use crate::resolve::{Resolution, Selection, SharedPool, Team};
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
