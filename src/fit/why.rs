//! One instance type for one group, step by step: what its pool says of the type, what its node offers, and what is left.

use std::collections::BTreeMap;

use serde::Serialize;

use super::candidates::{Requirement, allowed};
use super::group::{Fits, GroupFit, Pool};
use super::offer::offer;
use super::pod::Runs;
use super::resources::{Resource, Resources};
use super::table::written;
use crate::instances::{InstanceType, LABELS};
use crate::json::Value;

/// A group on one type.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Why {
    /// The environment.
    pub environment: String,
    /// The workload object's name.
    pub workload: String,
    /// `head` or the worker group's name.
    pub group: String,
    /// The NodePool.
    pub node_pool: String,
    /// The type.
    pub instance_type: String,
    /// The pool's requirements that depend on the type.
    pub requirements: Vec<Met>,
    /// What the node has, what is taken off, and what is left, in this order.
    pub steps: Vec<Step>,
    /// What each container of a pod requests.
    pub containers: Vec<Step>,
    /// Whether the pool may launch it.
    pub launchable: bool,
    /// Pods that a node takes.
    pub pods_per_node: u64,
    /// What a further pod lacks first, or of which most is missing.
    pub binding: &'static str,
}

/// A requirement and the type's value.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Met {
    /// As Karpenter's messages write it.
    pub requirement: String,
    /// The type's value of the label; `None` where it lacks the label.
    pub value: Option<String>,
    /// Whether it is met.
    pub met: bool,
}

/// Amounts and what they are.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// What they are.
    pub what: String,
    /// By resource.
    pub amounts: BTreeMap<&'static str, String>,
}

fn taken(what: &str, resources: &Resources) -> Step {
    Step { what: what.to_owned(), amounts: written(resources, Resource::shown_up) }
}

fn offered(what: &str, resources: &Resources) -> Step {
    Step { what: what.to_owned(), amounts: written(resources, Resource::shown_down) }
}

impl Why {
    /// Of every group that has a pool.
    pub fn of(fits: &Fits<'_>, instance: &InstanceType) -> Vec<Self> {
        let groups =
            fits.groups.iter().flat_map(|group| group.placements.iter().map(move |(index, _)| (group, *index)));
        groups.map(|(group, index)| of_group(fits, group, &fits.pools[index], instance)).collect()
    }
}

fn of_group(fits: &Fits<'_>, group: &GroupFit<'_>, pool: &Pool<'_>, instance: &InstanceType) -> Why {
    let position = fits.catalog.position(&instance.name);
    let list = pool.object.get("/spec/template/spec/requirements").and_then(Value::as_array).into_iter().flatten();
    let requirements: Vec<Met> = list
        .map(Requirement::of_object)
        .filter_map(|requirement| {
            let set = allowed(&fits.catalog, &requirement)?;
            let value = LABELS.iter().find(|(key, _)| *key == requirement.key).and_then(|(_, value)| value(instance));
            Some(Met {
                requirement: shown(&requirement),
                value: value.map(std::borrow::Cow::into_owned),
                met: position.is_some_and(|position| set.contains(position)),
            })
        })
        .collect();
    let offer = offer(instance, &pool.class, &pool.settings);
    let free = offer.allocatable.without(pool.settings.daemonsets);
    let of_need = group.need.resources.some().map(|(resource, amount)| (free.get(resource) / amount, resource));
    let (pods, binding) = of_need.min_by_key(|(pods, _)| *pods).unwrap_or((0, Resource::Pods));
    let containers = group.need.parts.iter().map(|part| {
        let when = if part.runs == Runs::First { " (before the others)" } else { "" };
        taken(&format!("{}{when}", part.name), &part.resources)
    });
    Why {
        environment: group.cluster.object.environment_name.to_owned(),
        workload: group.cluster.object.name().to_owned(),
        group: group.pod.group.clone().unwrap_or_else(|| "head".to_owned()),
        node_pool: pool.object.name().to_owned(),
        instance_type: instance.name.clone(),
        launchable: requirements.iter().all(|each| each.met),
        requirements,
        steps: vec![
            offered("capacity", &offer.capacity),
            taken("kept by the kubelet", &offer.kube_reserved),
            taken("kept for the system", &offer.system_reserved),
            taken("eviction threshold", &offer.eviction),
            offered("allocatable", &offer.allocatable),
            taken("DaemonSets", &pool.settings.daemonsets),
            offered("left for pods", &free),
            taken("one pod", &group.need.resources),
        ],
        containers: containers.collect(),
        pods_per_node: if group.need.unknown.is_empty() { pods } else { 0 },
        binding: binding.name(),
    }
}

/// As Karpenter's messages write requirements.
fn shown(requirement: &Requirement<'_>) -> String {
    let Requirement { key, operator, values, .. } = requirement;
    if values.is_empty() { format!("{key} {operator}") } else { format!("{key} {operator} {}", values.join(", ")) }
}
