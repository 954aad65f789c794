//! Pods that leave much of every node idle.

use crate::diagnostic::Severity;
use crate::fit::{GroupFit, Placement, Resource, Verdict};
use crate::lint::capacity::{listed, of_ray, request, rounded};
use crate::lint::{Check, Findings, Group, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "wasteful-fit",
    group: Group::Capacity,
    summary: "workers leave a third of everything on every node idle, whichever type the pool launches",
    severity: Severity::Warning,
    page: include_str!("wasteful_fit.md"),
    check: Check::Everything(check),
};

/// Thousandths.
const THIRD: u64 = 333;

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let fits = subject.fits();
    // Pods of others fill the nodes of a shared pool.
    let mut users = vec![0_usize; fits.pools.len()];
    for (index, _) in fits.groups.iter().flat_map(|group| &group.placements) {
        users[*index] += 1;
    }
    // A head is one pod, and what it leaves is a part of one small node.
    for group in fits.groups.iter().filter(|group| group.named && group.pod.role == "worker") {
        let [(index, placement)] = group.placements.as_slice() else { continue };
        if users[*index] > 1 || !placement.candidates.choice.unknown.is_empty() {
            continue;
        }
        let tightest = placement.fitting().map(|verdict| (least_waste(group, placement, verdict), verdict));
        let Some((_, verdict)) = tightest.min_by_key(|(waste, _)| *waste).filter(|(waste, _)| *waste > THIRD) else {
            continue;
        };
        let instance = placement.instance(&fits.catalog, verdict);
        let idle: Vec<String> = placement
            .waste(verdict, &group.need)
            .iter()
            .map(|(resource, waste)| format!("{} % of {}", waste / 10, noun(*resource)))
            .collect();
        let pods = if verdict.per_node == 1 {
            "one pod leaves".to_owned()
        } else {
            format!("{} pods leave", verdict.per_node)
        };
        let message = format!(
            "{} of `{}` fills no node: on `{}`, the tightest type it may use, {pods} {} idle",
            group.pod.what(),
            group.cluster.object.name(),
            instance.name,
            listed(&idle)
        );
        findings
            .pod(&group.pod, &request(group, verdict.binding.name()), message)
            .add_help(filling(group, placement, verdict));
    }
}

/// The least idle part of any resource, in thousandths: the other resources can be no fuller.
fn least_waste(group: &GroupFit<'_>, placement: &Placement, verdict: &Verdict) -> u64 {
    placement.waste(verdict, &group.need).into_iter().map(|(_, waste)| waste).min().unwrap_or(0)
}

fn noun(resource: Resource) -> &'static str {
    match resource {
        Resource::Cpu => "the CPUs",
        Resource::Memory => "the memory",
        _ => "the devices",
    }
}

/// What the Ray container could have besides.
fn filling(group: &GroupFit<'_>, placement: &Placement, verdict: &Verdict) -> String {
    let free = placement.free(verdict);
    let each = |resource: Resource| {
        let left = free.get(resource) / verdict.per_node - group.need.resources.get(resource);
        rounded(resource, of_ray(group, resource) + left)
    };
    match (each(Resource::Cpu), each(Resource::Memory)) {
        (Some(cpu), Some(memory)) => format!("raise `cpu` to {cpu} and `memory` to {memory}, or allow smaller types"),
        _ => "allow smaller types".to_owned(),
    }
}
