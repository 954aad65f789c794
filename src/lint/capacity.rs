//! What rules about capacity say: amounts, the type that comes nearest, and what would help.

use std::collections::BTreeSet;

use super::Object;
use super::karpenter::{REQUIREMENTS, items, token};
use crate::fit::{Fits, GroupFit, Placement, Pool, Resource, Verdict, offer};
use crate::instances::{INSTANCE_TYPE, InstanceType, normalized};
use crate::json::Value;
use crate::source::Span;

/// An amount that a pod needs.
pub(super) fn needed(resource: Resource, amount: u64) -> String {
    let shown = resource.shown_up(amount);
    match resource {
        Resource::Cpu => format!("{shown} CPU{}", if amount == 1000 { "" } else { "s" }),
        Resource::Memory => format!("{shown} of memory"),
        Resource::EphemeralStorage => format!("{shown} of local disk"),
        _ => format!("{shown} `{}`", resource.name()),
    }
}

/// "a, b and c".
pub(super) fn listed(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Names in backticks, the first few of them.
pub(super) fn names<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    const SHOWN: usize = 5;
    let all: Vec<&str> = names.into_iter().collect();
    let mut shown: Vec<String> = all.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    if all.len() > SHOWN {
        shown.push(format!("{} more", all.len() - SHOWN));
    }
    listed(&shown)
}

/// What a pod lacks on a type: the resource, what it needs, and what is free.
pub(super) fn lacking(group: &GroupFit<'_>, placement: &Placement, verdict: &Verdict) -> Vec<(Resource, u64, u64)> {
    let free = placement.free(verdict);
    let needs = group.need.resources.some().map(|(resource, amount)| (resource, amount, free.get(resource)));
    needs.filter(|(_, amount, free)| amount > free).collect()
}

/// JSON pointer below a pod template of what the Ray container asks of a resource.
pub(super) fn request(group: &GroupFit<'_>, resource: &str) -> String {
    let pointer = |list: &str| format!("/spec/containers/0/resources/{list}/{}", token(resource));
    let (requests, limits) = (pointer("requests"), pointer("limits"));
    let there = |pointer: &String| group.pod.get(pointer).is_some();
    [requests, limits].into_iter().find(there).unwrap_or_else(|| "/spec/containers/0".to_owned())
}

/// What the Ray container itself asks of a resource.
pub(super) fn of_ray(group: &GroupFit<'_>, resource: Resource) -> u64 {
    let name = group.pod.containers().next().map_or("", |container| container["name"].as_str().unwrap_or_default());
    let part = group.need.parts.iter().find(|part| part.name == name);
    part.map_or(0, |part| part.resources.get(resource))
}

/// An amount as a spec writes it, rounded down to what people write: whole CPUs, whole Gi.
pub(super) fn rounded(resource: Resource, amount: u64) -> Option<String> {
    const GIB: u64 = 1 << 30;
    Some(match resource {
        Resource::Cpu if amount >= 1000 => (amount / 1000).to_string(),
        Resource::Cpu => format!("{}m", amount / 100 * 100),
        Resource::Memory | Resource::EphemeralStorage if amount >= 2 * GIB => format!("{}Gi", amount / GIB),
        Resource::Memory | Resource::EphemeralStorage => format!("{}Mi", amount >> 20),
        _ => amount.to_string(),
    })
    .filter(|text| !text.starts_with('0'))
}

/// The cheapest type beyond the pool's own that takes the pod: of the same families, or else with the same GPUs.
pub(super) fn larger<'f>(fits: &'f Fits<'_>, pool: &Pool<'_>, group: &GroupFit<'_>) -> Option<&'f InstanceType> {
    let types = fits.catalog.types();
    let own = || pool.candidates.iter().map(|(position, _)| &types[position]);
    let families: BTreeSet<&str> = own().map(InstanceType::family).collect();
    let arch = own().next()?.arch;
    let gpus: BTreeSet<Option<&str>> = own().map(|each| each.gpu.as_ref().map(|gpu| gpu.name.as_ref())).collect();
    let takes = |each: &&InstanceType| {
        let free = offer(each, &pool.class, &pool.settings).allocatable.without(pool.settings.daemonsets);
        each.arch == arch && !each.hypervisor.is_empty() && group.need.resources.fits(&free)
    };
    // A type without a price is the last to be advised.
    let cheapest = |of: &dyn Fn(&InstanceType) -> bool| {
        let left = types.iter().filter(|each| of(each)).filter(takes);
        left.min_by_key(|each| (each.price.map_or(u64::MAX, |price| price.micros), each.name.as_str()))
    };
    let like = |each: &InstanceType| gpus.contains(&each.gpu.as_ref().map(|gpu| gpu.name.as_ref()));
    cheapest(&|each| families.contains(each.family())).or_else(|| cheapest(&like))
}

/// JSON pointer of the pool's first requirement for one of the labels, the exact type by default, or of all.
pub(super) fn requirement(pool: &Object<'_>, labels: &[&str]) -> String {
    let of = |label: &&str| {
        let found = items(pool, REQUIREMENTS).find(|(_, each)| each["key"].as_str().map(normalized) == Some(label));
        found.map(|(index, _)| format!("{REQUIREMENTS}/{index}"))
    };
    labels.iter().chain([&INSTANCE_TYPE]).find_map(of).unwrap_or_else(|| REQUIREMENTS.to_owned())
}

/// The place of one value of a requirement.
pub(super) fn value_span(pool: &Object<'_>, requirement: usize, value: usize) -> Span {
    let pointer = format!("{REQUIREMENTS}/{requirement}");
    match pool.manifest() {
        // The spec lists what the requirement lists.
        Some(manifest) if pool.get(&pointer).is_some_and(|each| each["values"].as_array().is_some()) => {
            let path = manifest.place(&pointer);
            let keys: Vec<&str> = path.keys().collect();
            // A requirement of the spec's own has its values below it.
            let own = keys.iter().rev().nth(1) == Some(&"requirements");
            let path = if own { path.join("values") } else { path.into_owned() };
            manifest.values.span(&path.join(&value.to_string()))
        }
        _ => pool.span(&format!("{pointer}/values/{value}")),
    }
}

/// What the pool limits that Karpenter counts, with the keys.
pub(super) fn limits<'a>(pool: &Object<'a>) -> impl Iterator<Item = (&'a str, &'a Value)> {
    super::karpenter::entries(pool, "/spec/limits")
}
