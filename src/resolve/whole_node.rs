//! `whole-node = true`: one pod per node, as large as the smallest of the group's instance types lets it be (KubeRay
//! `docs`, "Ray pod sizing": one large pod per node rather than many small ones).

use std::borrow::Cow;
use std::fmt::Write as _;

use super::group::{Context, shared_settings};
use super::model::Instances;
use super::values::SpecPath;
use crate::diagnostic::Diagnostic;
use crate::fit::{Choice, NodeClass, Offer, Resource, Resources, Settings, offer, requests};
use crate::instances::InstanceType;
use crate::json;
use crate::json::Value;
use crate::spec::{self, Gpu, Quantity};

/// What a pod gets of a whole node, and how that was computed.
#[derive(Clone, Debug)]
pub struct WholeNode {
    /// CPUs.
    pub cpu: Quantity,
    /// Memory.
    pub memory: Quantity,
    /// GPUs, where the instances have some.
    pub gpu: Option<Gpu>,
    /// Local disk.
    pub ephemeral_storage: Quantity,
    /// The key and a line of arithmetic for each.
    pub steps: Vec<(&'static str, String)>,
}

impl WholeNode {
    /// The group's spec with the computed amounts in it.
    pub(super) fn fill(&self, spec: &spec::Group) -> spec::Group {
        spec::Group {
            cpu: Some(self.cpu.clone()),
            memory: Some(self.memory.clone()),
            gpu: self.gpu.clone(),
            ephemeral_storage: Some(self.ephemeral_storage.clone()),
            ..spec.clone()
        }
    }
}

/// A type and what its node offers.
type Node<'a> = (&'a InstanceType, Offer);

/// Computes the amounts. `instances` says what the pool may launch, with the group's `gpu` or another. `None` where a
/// diagnostic says why they cannot be computed.
pub(super) fn of_group(
    context: &Context<'_>,
    name: &str,
    path: &SpecPath,
    spec: &spec::Group,
    instances: impl Fn(&spec::Group) -> Instances,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<WholeNode> {
    let place = context.values.span(&path.join("whole-node"));
    let mut fail = |why: String, help: &str| {
        let what = if name == "head" { "the head".to_owned() } else { format!("worker group `{name}`") };
        let message = format!("{what} should fill whole nodes, but {why}");
        diagnostics.push(Diagnostic::error("undetermined-whole-node", place, message).help(help.to_owned()));
    };
    let settings = shared_settings(context, spec)
        .map_or_else(|| Cow::Owned(spec.node_pool.clone().unwrap_or_default()), |(settings, _)| Cow::Owned(settings));
    let class = NodeClass::of_settings(context.environment, &settings);
    let all = instances(spec);
    let selects = [&all.types, &all.families, &all.sizes].iter().any(|list| !list.is_empty()) || all.gpu.is_some();
    if !selects {
        let help = "write `instance-types`, such as `[\"m7i.4xlarge\"]`, or `instance-families` with `instance-sizes`";
        fail("nothing says which instances it may use".to_owned(), help);
        return None;
    }
    let catalog = &context.environment.catalog;
    let mut choice = Choice::of_instances(context.environment, &all, &class);
    let types = |choice: &Choice| choice.types.iter().map(|position| &catalog.types()[position]).collect::<Vec<_>>();
    // A pool's GPUs are pinned to a number, and that may leave fewer types.
    let gpu = spec.gpu.clone().or_else(|| gpus(&types(&choice)));
    if gpu.is_some() && spec.gpu.is_none() && spec.pool.is_none() {
        let pinned = instances(&spec::Group { gpu: gpu.clone(), ..spec.clone() });
        choice = Choice::of_instances(context.environment, &pinned, &class);
    }
    if let Some(unknown) = choice.unknown.first() {
        let help =
            "describe it under `[instance-types]` of `teams/_platform.toml`, or write `cpu` and `memory` instead";
        fail(format!("raygen does not know all of `{unknown}`"), help);
        return None;
    }
    let settings = Settings::of_environment(&context.environment.spec);
    let nodes: Vec<Node<'_>> = types(&choice).into_iter().map(|each| (each, offer(each, &class, &settings))).collect();
    if nodes.is_empty() {
        fail("no instance type meets all that it says of them".to_owned(), "take out what excludes the others");
        return None;
    }
    let beside = beside(context, name == "head", spec);
    let amount = |resource| fill(resource, &nodes, &settings, &beside);
    let [cpu, memory, disk] = [Resource::Cpu, Resource::Memory, Resource::EphemeralStorage].map(amount);
    let [Some(cpu), Some(memory), Some(disk)] = [&cpu, &memory, &disk].map(|each| each.as_ref()) else {
        fail("what runs beside it leaves nothing of the smallest node".to_owned(), "allow larger instances");
        return None;
    };
    let mut steps = vec![("cpu", cpu.1.clone()), ("memory", memory.1.clone()), ("ephemeral-storage", disk.1.clone())];
    if let Some(gpu) = &gpu {
        steps.push(("gpu", format!("{} on every node of {}", gpu.count, shown(&nodes))));
    }
    Some(WholeNode {
        cpu: Quantity::from(cpu.0.as_str()),
        memory: Quantity::from(memory.0.as_str()),
        gpu,
        ephemeral_storage: Quantity::from(disk.0.as_str()),
        steps,
    })
}

/// The least number of GPUs that one of the types has, where all have some, and their model where that is one.
fn gpus(types: &[&InstanceType]) -> Option<Gpu> {
    let all: Option<Vec<_>> =
        types.iter().map(|each| each.gpu.as_ref().filter(|gpu| gpu.manufacturer == "nvidia")).collect();
    let all = all?;
    let count = all.iter().map(|gpu| gpu.count).min().filter(|count| *count > 0)?;
    let first = &all.first()?.name;
    let model = all.iter().all(|gpu| gpu.name == *first).then(|| first.clone().into_owned());
    Some(Gpu { model, count: i32::try_from(count).ok()? })
}

/// What runs beside the Ray container all the time: the name of each, and what it requests.
fn beside(context: &Context<'_>, head: bool, spec: &spec::Group) -> Vec<(String, Resources)> {
    let restarted = spec
        .init_containers
        .iter()
        .flatten()
        .filter(|each| each.0.get("restartPolicy").is_some_and(|policy| policy == "Always"));
    let containers = restarted.chain(spec.sidecars.iter().flatten());
    let mut beside: Vec<(String, Resources)> = containers
        .map(|container| {
            let name = container.0.get("name").and_then(Value::as_str).unwrap_or_default();
            (name.to_owned(), requests(container.0.get("resources").unwrap_or(&Value::Null)))
        })
        .collect();
    if let (true, Some(cpu), Some(memory)) = (head, context.sidecar_cpu, context.sidecar_memory) {
        let amounts = json!({ "requests": { "cpu": cpu.as_str(), "memory": memory.as_str() } });
        beside.push(("autoscaler".to_owned(), requests(&amounts)));
    }
    beside
}

/// What is left of a resource on the node that has least of it, as a spec writes it, with the arithmetic. CPUs are whole,
/// for KubeRay tells Ray the next whole number (`common/pod.go`, v1.7); memory is in Mi, disk in Gi.
fn fill(
    resource: Resource,
    nodes: &[Node<'_>],
    settings: &Settings,
    beside: &[(String, Resources)],
) -> Option<(String, String)> {
    let (smallest, offer) = nodes.iter().min_by_key(|(_, offer)| offer.allocatable.get(resource))?;
    let mut line = format!("{} of `{}`", exact(resource, offer.capacity.get(resource)), smallest.name);
    let mut left = offer.allocatable.get(resource);
    let mut step = |amount: u64, what: &str| {
        if amount > 0 {
            let _ = write!(line, " - {} {what}", exact(resource, amount));
        }
    };
    step(offer.kube_reserved.get(resource), "kubelet");
    step(offer.system_reserved.get(resource), "system");
    step(offer.eviction.get(resource), "eviction threshold");
    let daemonsets = settings.daemonsets.get(resource);
    step(daemonsets, "DaemonSets");
    left = left.saturating_sub(daemonsets);
    for (name, resources) in beside {
        step(resources.get(resource), &format!("`{name}`"));
        left = left.saturating_sub(resources.get(resource));
    }
    let (amount, unit) = match resource {
        Resource::Cpu if left >= 1000 => ((left / 1000).to_string(), "whole CPUs"),
        Resource::Cpu => (format!("{left}m"), "millicores"),
        Resource::Memory => (format!("{}Mi", left >> 20), "whole Mi"),
        _ => (format!("{}Gi", left >> 30), "whole Gi"),
    };
    let _ = write!(line, " = {}", exact(resource, left));
    if nodes.len() > 1 {
        let _ = write!(line, ", the least of {}", shown(nodes));
    }
    let result = (!amount.starts_with('0')).then_some(amount)?;
    let _ = write!(line, "; in {unit} {result}");
    Some((result, line))
}

/// Without rounding that would not add up.
fn exact(resource: Resource, amount: u64) -> String {
    match resource {
        Resource::Cpu => format!("{amount}m"),
        _ => format!("{}Mi", amount.div_ceil(1 << 20)),
    }
}

fn shown(nodes: &[Node<'_>]) -> String {
    match nodes {
        [(only, _)] => format!("`{}`", only.name),
        several => format!("{} types", several.len()),
    }
}
