//! Pods on the nodes of a pool: how many of them a node of each type takes, and what keeps out those that do not fit.

use std::sync::Arc;

use super::candidates::Candidates;
use super::offer::Offer;
use super::pod::Need;
use super::resources::{Resource, Resources};
use crate::instances::{Catalog, InstanceType, Set};

/// What one type does for a pod.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Verdict {
    /// The type's position in the catalogue.
    pub position: usize,
    /// How many of the pods a node takes; 0 where none fits.
    pub per_node: u64,
    /// What a further pod would lack first; the resource of which most is missing where none fits.
    pub binding: Resource,
}

/// A pod on one pool.
#[derive(Clone, Debug)]
pub struct Placement {
    /// What the pool may launch.
    pub candidates: Arc<Candidates>,
    /// A verdict for each candidate that the pod's own selectors leave, sorted by name.
    pub verdicts: Vec<Verdict>,
    /// What DaemonSets take of every node.
    pub daemonsets: Resources,
}

impl Placement {
    /// The verdicts on all candidates that `own` leaves; all of them where the pod selects none.
    pub fn new(candidates: Arc<Candidates>, need: &Need, own: Option<&Set>, daemonsets: Resources) -> Self {
        let left = candidates.iter().filter(|(position, _)| own.is_none_or(|own| own.contains(*position)));
        let verdicts = left.map(|(position, offer)| {
            let (per_node, binding) = count(&need.resources, &offer.allocatable.without(daemonsets));
            // What no instance has cannot be offered by this one.
            Verdict { position, per_node: if need.unknown.is_empty() { per_node } else { 0 }, binding }
        });
        Self { verdicts: verdicts.collect(), daemonsets, candidates }
    }

    /// What a node of the verdict's type offers.
    pub fn offer(&self, verdict: &Verdict) -> &Offer {
        self.candidates.offer(verdict.position)
    }

    /// The instance type of a verdict.
    pub fn instance<'c>(&self, catalog: &'c Catalog, verdict: &Verdict) -> &'c InstanceType {
        &catalog.types()[verdict.position]
    }

    /// What a node of the type leaves to pods, after DaemonSets.
    pub fn free(&self, verdict: &Verdict) -> Resources {
        self.offer(verdict).allocatable.without(self.daemonsets)
    }

    /// The types that take at least one pod.
    pub fn fitting(&self) -> impl Iterator<Item = &Verdict> {
        self.verdicts.iter().filter(|verdict| verdict.per_node > 0)
    }

    /// Of the types that do not fit, the one that is nearest: it lacks the fewest resources, and the least part of them.
    pub fn nearest(&self, need: &Need) -> Option<&Verdict> {
        let distance = |verdict: &&Verdict| {
            let free = self.free(verdict);
            let parts = need.resources.some().map(|(resource, amount)| missing(amount, free.get(resource)));
            parts.filter(|part| *part > 0).fold((0, 0), |(number, most), part| (number + 1, u64::max(most, part)))
        };
        self.verdicts.iter().filter(|verdict| verdict.per_node == 0).min_by_key(distance)
    }

    /// Unused parts of a full node in thousandths, by resource that pods could use.
    pub fn waste(&self, verdict: &Verdict, need: &Need) -> Vec<(Resource, u64)> {
        let free = self.free(verdict);
        let used = need.resources.times(verdict.per_node);
        let counts = |resource: &Resource| {
            matches!(resource, Resource::Cpu | Resource::Memory) || resource.is_device() && *resource != Resource::Efa
        };
        // A Neuron core is a part of a device: a pod asks for one or the other.
        let by_core = need.resources.get(Resource::NeuronCore) > 0;
        let other = if by_core { Resource::Neuron } else { Resource::NeuronCore };
        free.some()
            .filter(|(resource, _)| counts(resource) && *resource != other)
            .map(|(resource, amount)| (resource, amount.saturating_sub(used.get(resource)) * 1000 / amount))
            .collect()
    }
}

/// How many pods fit, and which resource is used up first.
fn count(need: &Resources, free: &Resources) -> (u64, Resource) {
    let mut best = (u64::MAX, Resource::Pods);
    let mut most_missing = 0;
    for (resource, amount) in need.some() {
        let pods = free.get(resource) / amount;
        let missing = missing(amount, free.get(resource));
        if pods < best.0 || pods == 0 && missing > most_missing {
            (best, most_missing) = ((pods, resource), missing);
        }
    }
    best
}

/// The missing part of an amount, in millionths of it.
fn missing(amount: u64, free: u64) -> u64 {
    let Some(lacking) = amount.checked_sub(free).filter(|lacking| *lacking > 0) else { return 0 };
    // Divisions of 128 bits are slow, and few amounts need them.
    if let Some(millionths) = lacking.checked_mul(1_000_000) {
        return millionths / amount;
    }
    u64::try_from(u128::from(lacking) * 1_000_000 / u128::from(amount)).unwrap_or(u64::MAX)
}
