//! What a node of an instance type offers to pods: capacity, and what kubelet and system keep of it.
//!
//! The formula is Karpenter's (provider `pkg/providers/instancetype/types.go`, core `pkg/cloudprovider/types.go`,
//! computeAllocatable, v1.14). Once a node of a type has registered, Karpenter replaces the memory by what the node said,
//! which is more: what fits by this formula fits.

use std::sync::Arc;

use super::node_class::{AmiFamily, NodeClass, part};
use super::resources::{Resource, Resources, whole};
use crate::instances::{Catalog, InstanceType};
use crate::spec::{self, Arch};

const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

/// How a cluster runs Karpenter, and what runs on every node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Settings {
    /// `VM_MEMORY_OVERHEAD_PERCENT`, in thousandths of a percent.
    pub memory_overhead: u64,
    /// `RESERVED_ENIS`.
    pub reserved_enis: u32,
    /// What DaemonSets request on each node.
    pub daemonsets: Resources,
}

impl Default for Settings {
    fn default() -> Self {
        Self { memory_overhead: 7_500, reserved_enis: 0, daemonsets: Resources::default() }
    }
}

impl Settings {
    /// Of an environment.
    pub fn of_environment(environment: &spec::Environment) -> Self {
        let karpenter = &environment.karpenter;
        let default = Self::default();
        let daemonsets = environment.daemonsets.as_ref();
        let quantity = |value: Option<&spec::Quantity>| value.and_then(spec::Quantity::value).unwrap_or(0.0);
        let cpu = whole(quantity(daemonsets.and_then(|each| each.cpu.as_ref())) * 1000.0);
        let memory = whole(quantity(daemonsets.and_then(|each| each.memory.as_ref())));
        Self {
            memory_overhead: karpenter
                .vm_memory_overhead_percent
                .map_or(default.memory_overhead, |fraction| whole(fraction * 100_000.0)),
            reserved_enis: karpenter.reserved_enis.unwrap_or(0),
            daemonsets: Resources::default().with(Resource::Cpu, cpu).with(Resource::Memory, memory),
        }
    }
}

/// A node of one instance type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// What it has, which NodePool limits count.
    pub capacity: Resources,
    /// What the kubelet keeps for itself.
    pub kube_reserved: Resources,
    /// What `systemReserved` keeps.
    pub system_reserved: Resources,
    /// What must stay free, lest pods are evicted.
    pub eviction: Resources,
    /// What is left for DaemonSets and pods.
    pub allocatable: Resources,
}

/// What a node of the type offers.
pub fn offer(instance: &InstanceType, class: &NodeClass, settings: &Settings) -> Offer {
    let capacity = capacity(instance, class, settings);
    let kube_reserved = kube_reserved(instance, class, capacity);
    let mut system_reserved = Resources::default();
    for (resource, amount) in &class.kubelet.system_reserved {
        system_reserved.set(*resource, *amount);
    }
    let (memory, disk) = (capacity.get(Resource::Memory), capacity.get(Resource::EphemeralStorage));
    let kubelet = &class.kubelet;
    let eviction = Resources::default()
        .with(Resource::Memory, kubelet.memory_available.map_or(100 * MIB, |threshold| threshold.of(memory)))
        .with(
            Resource::EphemeralStorage,
            kubelet.disk_available.map_or_else(|| part(disk, 10_000), |threshold| threshold.of(disk)),
        );
    let allocatable = capacity.without(kube_reserved.and(system_reserved).and(eviction));
    Offer { capacity, kube_reserved, system_reserved, eviction, allocatable }
}

/// What nodes of all types offer, by position.
pub fn offers(catalog: &Catalog, class: &NodeClass, settings: &Settings) -> Arc<[Offer]> {
    catalog.types().iter().map(|instance| offer(instance, class, settings)).collect()
}

fn capacity(instance: &InstanceType, class: &NodeClass, settings: &Settings) -> Resources {
    let nvme = instance.nvme_gb.filter(|gb| class.raid0 && *gb > 0);
    let mut capacity = Resources::default()
        .with(Resource::Cpu, u64::from(instance.cpus) * 1000)
        .with(Resource::Memory, memory(instance, settings))
        .with(Resource::EphemeralStorage, nvme.map_or(class.disk, |gb| gb * 1_000_000_000))
        .with(Resource::Pods, pods(instance, class, settings))
        .with(Resource::Efa, u64::from(class.efa_only.map_or(instance.efa, |(efa, _)| efa.min(instance.efa))));
    if let Some(gpu) = &instance.gpu {
        let resource = if gpu.manufacturer == "amd" { Resource::AmdGpu } else { Resource::NvidiaGpu };
        capacity.set(resource, u64::from(gpu.count));
    }
    if let Some(accelerator) = instance.accelerator.as_ref().filter(|each| each.manufacturer == "aws") {
        capacity.set(Resource::Neuron, u64::from(accelerator.count));
        capacity.set(Resource::NeuronCore, u64::from(accelerator.cores));
    }
    capacity
}

/// Nominal memory without what the hypervisor is taken to use, in whole MiB; arm64 has 64 MiB less to begin with.
fn memory(instance: &InstanceType, settings: &Settings) -> u64 {
    let usable = instance.memory_mib.saturating_sub(if instance.arch == Arch::Arm64 { 64 } else { 0 });
    (usable - part(usable, settings.memory_overhead).min(usable)) * MIB
}

fn pods(instance: &InstanceType, class: &NodeClass, settings: &Settings) -> u64 {
    let most = match class.kubelet.max_pods {
        Some(pods) => pods,
        None if class.family == AmiFamily::Windows => 110,
        None => {
            let (interfaces, addresses) = instance.interfaces();
            let lost = settings.reserved_enis + class.efa_only.map_or(0, |(_, on_first)| on_first);
            match interfaces.saturating_sub(lost) {
                0 => 0,
                // None is lost, and the interfaces' number need not be right.
                _ if lost == 0 => u64::from(instance.pods),
                left => u64::from(left * addresses + 2),
            }
        }
    };
    match class.kubelet.pods_per_core.filter(|_| class.family != AmiFamily::Bottlerocket) {
        Some(per_core) => most.min(per_core * u64::from(instance.cpus)),
        None => most,
    }
}

fn kube_reserved(instance: &InstanceType, class: &NodeClass, capacity: Resources) -> Resources {
    let pods = if class.family.counts_interfaces() { u64::from(instance.pods) } else { capacity.get(Resource::Pods) };
    let mut reserved = Resources::default()
        .with(Resource::Cpu, reserved_cpu(capacity.get(Resource::Cpu)))
        .with(Resource::Memory, (11 * pods + 255) * MIB)
        .with(Resource::EphemeralStorage, GIB);
    for (resource, amount) in &class.kubelet.kube_reserved {
        reserved.set(*resource, *amount);
    }
    reserved
}

/// 6 % of the first core, 1 % of the second, 0.5 % of the next two and 0.25 % of the rest, each in whole millicores.
fn reserved_cpu(millis: u64) -> u64 {
    let between = |from: u64, to: u64| millis.clamp(from, to) - from;
    between(0, 1000) * 600 / 10_000
        + between(1000, 2000) * 100 / 10_000
        + between(2000, 4000) * 50 / 10_000
        + between(4000, u64::MAX) * 25 / 10_000
}
