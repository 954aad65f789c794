//! Limits of NodePools: how many pods they let start, and what a pool needs that must not stop short.
//!
//! Karpenter compares limits with the capacity of nodes, not with what pods request: it drops every type whose capacity
//! is more than what is left (core `scheduling/scheduler.go`, filterByRemainingResources, v1.14).

use super::candidates::Choice;
use super::placement::{Placement, Verdict};
use super::resources::Resource;
use crate::instances::Catalog;

/// Pods beyond which nobody counts nodes: the autoscaler's own default of `maxReplicas` means no bound.
const MOST_PODS: u64 = 10_000;

/// What a NodePool limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limited {
    /// Capacity of all nodes together.
    Capacity(Resource),
    /// Nodes, which Karpenter counts since 1.11.
    Nodes,
}

/// A limit that stops a group before its greatest size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stop {
    /// What runs out.
    pub limited: Limited,
    /// The pod that cannot start, counted from 1.
    pub pod: u64,
    /// What the nodes for all pods have together, at the least.
    pub needed: u64,
}

/// The first pod of `pods` that the limits keep from starting, if Karpenter chooses the nodes that take least of them.
/// `None` where all start, or nothing fits, or there is no bound.
pub fn stop(placement: &Placement, limits: &[(Limited, u64)], pods: u64) -> Option<Stop> {
    if pods > MOST_PODS {
        return None;
    }
    let found = limits.iter().filter_map(|(limited, limit)| {
        let size = |verdict: &Verdict| match limited {
            Limited::Capacity(resource) => placement.offer(verdict).capacity.get(*resource),
            Limited::Nodes => 1,
        };
        let nodes: Vec<(u64, u64)> = placement.fitting().map(|verdict| (verdict.per_node, size(verdict))).collect();
        // Most limits are plenty, whatever Karpenter launches.
        let largest = nodes.iter().map(|(_, capacity)| *capacity).max()?;
        if largest.saturating_mul(pods) <= *limit {
            return None;
        }
        let least = least_capacity(&nodes, pods)?;
        let pod = least.iter().position(|needed| needed > limit)?;
        Some(Stop { limited: *limited, pod: u64::try_from(pod).unwrap_or(u64::MAX), needed: *least.last()? })
    });
    found.min_by_key(|stop| stop.pod)
}

/// The least capacity of one resource that nodes for 0, 1, 2 … pods have together. Nodes are pairs of the pods that one
/// takes, and its capacity.
fn least_capacity(nodes: &[(u64, u64)], pods: u64) -> Option<Vec<u64>> {
    // Of types that take the same number of pods only the smallest counts.
    let mut smallest: Vec<(u64, u64)> = Vec::new();
    for (per_node, capacity) in nodes {
        match smallest.iter_mut().find(|(other, _)| other == per_node) {
            Some((_, least)) => *least = (*least).min(*capacity),
            None => smallest.push((*per_node, *capacity)),
        }
    }
    let mut least = vec![0_u64];
    for number in 1..=usize::try_from(pods).ok()? {
        let with = |(per_node, capacity): &(u64, u64)| {
            let before = number.saturating_sub(usize::try_from(*per_node).unwrap_or(usize::MAX));
            least[before].saturating_add(*capacity)
        };
        let next = smallest.iter().map(with).min()?;
        least.push(next);
    }
    Some(least)
}

/// Limits that let `nodes` nodes of the largest candidate start, as Kubernetes writes quantities: vCPUs, nominal memory,
/// which is more than Karpenter's capacity, and GPUs where pods ask for some. `None` where not every type is known.
pub fn whole_nodes(catalog: &Catalog, choice: &Choice, nodes: u64, gpus: bool) -> Option<Vec<(Resource, String)>> {
    if !choice.unknown.is_empty() {
        return None;
    }
    let types = || choice.types.iter().map(|position| &catalog.types()[position]);
    let cpus = types().map(|each| u64::from(each.cpus)).max()?;
    let mib = types().map(|each| each.memory_mib).max()?;
    let devices = types().filter_map(|each| each.gpu.as_ref()).map(|gpu| u64::from(gpu.count)).max();
    let memory = match mib * nodes {
        mib if mib % 1024 == 0 => format!("{}Gi", mib / 1024),
        mib => format!("{mib}Mi"),
    };
    let mut limits = vec![(Resource::Cpu, (cpus * nodes).to_string()), (Resource::Memory, memory)];
    limits.extend(devices.filter(|_| gpus).map(|each| (Resource::NvidiaGpu, (each * nodes).to_string())));
    Some(limits)
}

#[cfg(test)]
mod tests {
    use super::least_capacity;

    #[test]
    fn the_least_nodes_are_chosen_for_every_number_of_pods() {
        // One pod on 4 CPUs, three on 8: the second pod already takes the larger node.
        assert_eq!(least_capacity(&[(1, 4), (3, 8)], 7), Some(vec![0, 4, 8, 8, 12, 16, 16, 20]));
        assert_eq!(least_capacity(&[], 1), None);
    }
}
