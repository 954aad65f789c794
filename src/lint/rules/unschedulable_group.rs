//! Pods for which no instance is large enough.

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, Severity};
use crate::fit::{Fits, GroupFit, Placement, Pool, Resource, Resources, Verdict};
use crate::instances::FAMILY;
use crate::lint::capacity::{lacking, larger, listed, names, needed, of_ray, request, requirement, rounded};
use crate::lint::karpenter::REQUIREMENTS;
use crate::lint::placement::untolerated;
use crate::lint::{Check, Findings, Group, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "unschedulable-group",
    group: Group::Capacity,
    summary: "no instance type that the pool may launch takes the pod",
    severity: Severity::Error,
    page: include_str!("unschedulable_group.md"),
    check: Check::Everything(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let fits = subject.fits();
    for group in &fits.groups {
        let fitting = || group.placements.iter().filter(|(_, placement)| placement.fitting().next().is_some());
        if let Some((index, placement)) = fitting().next() {
            if group.named && fitting().count() == 1 {
                too_few_values(fits, group, &fits.pools[*index], placement, findings);
            }
        } else if let Some((index, placement)) = group.placements.first() {
            let found = unfit(fits, group, &fits.pools[*index], placement, findings);
            // A pod that names no pool may run on nodes that no pool here describes.
            if let Some(found) = found.filter(|_| !group.named || !placement.candidates.choice.unknown.is_empty()) {
                found.severity = Severity::Warning;
            }
        } else if !group.named {
            repelled(fits, group, findings);
        }
    }
}

/// Why no type of the pool takes the pod.
fn unfit<'f>(
    fits: &Fits<'_>,
    group: &GroupFit<'_>,
    pool: &Pool<'_>,
    placement: &Placement,
    findings: &'f mut Findings<'_>,
) -> Option<&'f mut Diagnostic> {
    let (what, name) = (format!("{} of `{}`", group.pod.what(), group.cluster.object.name()), pool.object.name());
    if let Some(unknown) = group.need.unknown.first() {
        let message = format!("{what} asks for `{unknown}`, of which no EC2 instance type has any");
        let found = findings.pod(&group.pod, &request(group, unknown), message);
        found.add_help("Karpenter launches nodes only for resources that it knows of an instance type");
        found.severity = Severity::Warning;
        return Some(found);
    }
    if placement.candidates.is_empty() {
        // What GPUs there are, requirements that exclude each other and types that raygen does not know are told by rules of
        // their own.
        let choice = &placement.candidates.choice;
        let told =
            super::unavailable_gpu::is_reason(fits, pool) || super::contradictory_requirements::is_reason(&pool.object);
        if told || !choice.unknown.is_empty() {
            return None;
        }
        let place = requirement(&pool.object, &[FAMILY]);
        if choice.may_be_more() {
            let message = format!(
                "no instance type that raygen knows meets all requirements of NodePool `{name}`, so {what}, which needs {}, \
                 hardly ever starts",
                listed(&[Resource::Cpu, Resource::Memory].map(|each| needed(each, group.need.resources.get(each))))
            );
            let found = findings.object(&pool.object, &place, message);
            found.severity = Severity::Warning;
            return Some(found.add_help(
                "make the pod smaller, or take out requirements that narrow each other; a type that is newer than raygen is \
                 written as `[instance-types.x]`",
            ));
        }
        let message = format!("no instance type meets all requirements of NodePool `{name}`, so {what} never starts");
        let found = findings.object(&pool.object, &place, message);
        return Some(
            found
                .add_help("requirements narrow each other: take out families, sizes or bounds that exclude the others"),
        );
    }
    let Some(verdict) = placement.nearest(&group.need) else {
        let number = placement.candidates.iter().count();
        let message = format!("{what} selects nodes that none of the {number} instance types of NodePool `{name}` is");
        let found = findings.pod(&group.pod, "/spec/nodeSelector", message);
        return Some(found.add_help("take the selector out, or let the pool launch such types"));
    };
    let lacking = lacking(group, placement, verdict);
    if lacking.iter().any(|(resource, ..)| *resource == Resource::Efa) {
        return None;
    }
    let (message, binding) = shortage(fits, placement, verdict, &lacking, &what);
    let found = findings.pod(&group.pod, &request(group, binding.name()), message);
    found.add_label(
        pool.object.span(&requirement(&pool.object, &[FAMILY])),
        format!("what NodePool `{name}` may launch"),
    );
    if let Some(parts) = parts(group, binding) {
        found.add_note(parts);
    }
    Some(found.add_help(advice(fits, group, pool, &lacking)))
}

/// What the pod needs and what the nearest type offers, and the resource of which most is missing.
fn shortage(
    fits: &Fits<'_>,
    placement: &Placement,
    verdict: &Verdict,
    lacking: &[(Resource, u64, u64)],
    what: &str,
) -> (String, Resource) {
    let offer = placement.offer(verdict);
    let binding = lacking.iter().map(|(resource, ..)| *resource).find(|resource| *resource == verdict.binding);
    let binding = binding.unwrap_or(verdict.binding);
    let largest = |resources: fn(&Resources) -> u64| {
        placement.verdicts.iter().map(|each| resources(&placement.offer(each).allocatable)).max()
            == Some(resources(&offer.allocatable))
    };
    let is_largest = match binding {
        Resource::Cpu => largest(|offered| offered.get(Resource::Cpu)),
        Resource::Memory => largest(|offered| offered.get(Resource::Memory)),
        _ => false,
    };
    let instance = &placement.instance(&fits.catalog, verdict).name;
    let which = match placement.verdicts.len() {
        1 if !placement.candidates.choice.unknown.is_empty() => "the only type it may use that raygen knows".to_owned(),
        1 => "the only type it may use".to_owned(),
        _ if is_largest => "the largest type it may use".to_owned(),
        number => format!("the nearest of the {number} types it may use"),
    };
    let needs: Vec<String> = lacking.iter().map(|(resource, amount, _)| needed(*resource, *amount)).collect();
    let offered = |resources: &Resources| {
        listed(&lacking.iter().map(|(resource, ..)| resource.shown_down(resources.get(*resource))).collect::<Vec<_>>())
    };
    let free = placement.free(verdict);
    let beside = if lacking.iter().any(|(resource, ..)| free.get(*resource) != offer.allocatable.get(*resource)) {
        format!(" ({} with the platform's DaemonSets)", offered(&free))
    } else {
        String::new()
    };
    let message = format!(
        "{what} needs {}, but `{instance}`, {which}, offers {} after overhead{beside}",
        listed(&needs),
        offered(&offer.allocatable)
    );
    (message, binding)
}

/// What the pod's need is made of, where it is more than the Ray container's.
fn parts(group: &GroupFit<'_>, resource: Resource) -> Option<String> {
    let (whole, ray) = (group.need.resources.get(resource), of_ray(group, resource));
    let parts: Vec<String> = group
        .need
        .parts
        .iter()
        .filter(|part| part.resources.get(resource) > 0)
        .map(|part| format!("`{}` {}", part.name, resource.shown(part.resources.get(resource))))
        .collect();
    (whole != ray && parts.len() > 1).then(|| format!("the pod's containers: {}", parts.join(", ")))
}

fn advice(fits: &Fits<'_>, group: &GroupFit<'_>, pool: &Pool<'_>, lacking: &[(Resource, u64, u64)]) -> String {
    let lower = |(resource, amount, free): &(Resource, u64, u64)| {
        let left = of_ray(group, *resource).checked_sub(amount - free)?;
        Some(format!("lower `{}` to {}", resource.name(), rounded(*resource, left)?))
    };
    let lower: Option<Vec<String>> = lacking.iter().map(lower).collect();
    let allow = larger(fits, pool, group).map(|each| format!("allow `{}`", each.name));
    match (lower.map(|all| listed(&all)), allow) {
        (Some(lower), Some(allow)) => format!("{lower}, or {allow}"),
        (Some(only), None) | (None, Some(only)) => only,
        (None, None) => "no instance type is large enough: make the pod smaller".to_owned(),
    }
}

/// `minValues` that the types which fit do not reach: Karpenter launches nothing then (`MIN_VALUES_POLICY`, Strict).
fn too_few_values(
    fits: &Fits<'_>,
    group: &GroupFit<'_>,
    pool: &Pool<'_>,
    placement: &Placement,
    findings: &mut Findings<'_>,
) {
    let choice = &placement.candidates.choice;
    for (key, least) in choice.min_values.iter().filter(|_| choice.unknown.is_empty()) {
        let Some(values) = fits.catalog.by_label(key) else { continue };
        let fitting: BTreeSet<usize> = placement.fitting().map(|each| each.position).collect();
        let has = |(_, set): &(&String, &crate::instances::Set)| fitting.iter().any(|position| set.contains(*position));
        let left: Vec<&str> = values.iter().filter(has).map(|(value, _)| value.as_str()).collect();
        if u64::try_from(left.len()).unwrap_or(u64::MAX) >= *least {
            continue;
        }
        let message = format!(
            "NodePool `{}` asks for {least} values of `{key}`, but the types that take {} have {}: {}",
            pool.object.name(),
            group.pod.what(),
            left.len(),
            names(left.iter().copied())
        );
        findings
            .object(&pool.object, &requirement(&pool.object, &[key]), message)
            .add_help("lower `min-values`, or let the pool launch more types");
    }
}

/// A pod that asks for devices and may come to none of the pools that have them.
fn repelled(fits: &Fits<'_>, group: &GroupFit<'_>, findings: &mut Findings<'_>) {
    let Some((device, amount)) = group.need.resources.some().find(|(resource, _)| resource.is_device()) else { return };
    let offers = |pool: &&Pool<'_>| {
        pool.object.environment_name == group.pod.object.environment_name
            && pool.candidates.iter().any(|(_, offer)| offer.allocatable.get(device) >= amount)
    };
    let Some(pool) = fits.pools.iter().find(offers) else { return };
    let message = format!(
        "{} of `{}` asks for {}, but no NodePool here takes it",
        group.pod.what(),
        group.cluster.object.name(),
        needed(device, amount)
    );
    let found = findings.pod(&group.pod, &request(group, device.name()), message);
    found.severity = Severity::Warning;
    if let Some((pointer, taint)) = untolerated(&pool.object, &group.pod) {
        found.add_label(pool.object.span(&pointer), "a taint that it does not tolerate");
        found.add_help(format!("KubeRay adds no tolerations: tolerate `{taint}` to run on `{}`", pool.object.name()));
    } else {
        found.add_label(pool.object.span(REQUIREMENTS), "nodes that have such devices");
        found.add_help(format!("select labels that nodes of `{}` have", pool.object.name()));
    }
}
