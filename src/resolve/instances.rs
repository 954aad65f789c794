//! What a group's pool may launch, and the requirements of a NodePool that say it.

use super::group::Context;
use super::model::Instances;
use super::pod_need;
use super::storage::Storage;
use crate::spec::{self, Operator, Quantity, Requirement};

impl Instances {
    /// The requirements: first those that raygen derives, then the spec's own.
    pub fn requirements(&self) -> Vec<Requirement> {
        let mut requirements = Vec::new();
        let mut add = |key: &str, operator, values: Vec<String>| {
            requirements.push(Requirement { key: key.to_owned(), operator, values, min_values: None });
        };
        let capacity_types = self.capacity_types.iter().map(|capacity| capacity.as_str().to_owned()).collect();
        add("karpenter.sh/capacity-type", Operator::In, capacity_types);
        add("kubernetes.io/arch", Operator::In, vec![self.arch.as_str().to_owned()]);
        add("kubernetes.io/os", Operator::In, vec!["linux".to_owned()]);
        add("topology.kubernetes.io/zone", Operator::In, self.zones.clone());
        for (key, values) in [
            ("node.kubernetes.io/instance-type", &self.types),
            ("karpenter.k8s.aws/instance-family", &self.families),
            ("karpenter.k8s.aws/instance-size", &self.sizes),
        ] {
            if !values.is_empty() {
                add(key, Operator::In, values.clone());
            }
        }
        if let Some(gpu) = &self.gpu {
            match &gpu.model {
                Some(model) => add("karpenter.k8s.aws/instance-gpu-name", Operator::In, vec![model.clone()]),
                None => add("karpenter.k8s.aws/instance-gpu-manufacturer", Operator::In, vec!["nvidia".to_owned()]),
            }
            // Without it one pod could launch eight GPUs, and limits would count all of them.
            add("karpenter.k8s.aws/instance-gpu-count", Operator::In, vec![gpu.count.to_string()]);
        } else if self.types.is_empty() && self.families.is_empty() {
            // Karpenter's own examples: families for general use, none that is older than 2019's (generation 5).
            add("karpenter.k8s.aws/instance-category", Operator::In, vec!["c".into(), "m".into(), "r".into()]);
            add("karpenter.k8s.aws/instance-generation", Operator::Gt, vec!["4".to_owned()]);
        }
        // `Gt` and `Lt`, because `Gte` and `Lte` came with Karpenter 1.9.
        if let Some((least, most)) = self.cpus {
            add("karpenter.k8s.aws/instance-cpu", Operator::Gt, vec![(least - 1).to_string()]);
            add("karpenter.k8s.aws/instance-cpu", Operator::Lt, vec![(most + 1).to_string()]);
        }
        requirements.extend(self.requirements.iter().cloned());
        requirements
    }
}

/// vCPUs that every GPU model comes with at most, per GPU, on its smallest type with that many GPUs: g5g.16xlarge has
/// 32, all others 24 or fewer (EC2, instance types of 2026-07).
const CPUS_PER_GPU: f64 = 32.0;
/// Memory in GiB that a vCPU of the roomiest default family (r) brings, after Karpenter's 7.5 % and the kubelet's part.
const GIB_PER_CPU: f64 = 7.0;

/// What a group's pool may launch for pods of `cpu` and `memory`.
pub(super) fn of_group(
    context: &Context<'_>,
    spec: &spec::Group,
    arch: spec::Arch,
    cpu: &Quantity,
    memory: &Quantity,
    head: bool,
    storages: &[&Storage],
) -> Instances {
    let sidecar =
        |quantity: Option<&Quantity>| if head { quantity.and_then(Quantity::value).unwrap_or(0.0) } else { 0.0 };
    let ray = pod_need::Amounts {
        cpus: cpu.value().unwrap_or(0.0) + sidecar(context.sidecar_cpu),
        bytes: memory.value().unwrap_or(0.0) + sidecar(context.sidecar_memory),
    };
    let need = pod_need::of_pod(ray, spec);
    let (cpus, gib) = (need.cpus, need.bytes / 1_073_741_824.0);
    // Exact types and sizes say how large an instance is; a second bound could only contradict them.
    let whole_node = spec.whole_node == Some(true);
    let bounded = spec.instance_types.is_none() && spec.instance_sizes.is_none() && !whole_node;
    let cpus = bounded.then(|| {
        let gpus = spec.gpu.as_ref().map_or(0.0, |gpu| f64::from(gpu.count));
        let most = (2.0 * cpus).max(2.0 * gib / GIB_PER_CPU).max(gpus * CPUS_PER_GPU);
        (whole(cpus), whole(most))
    });
    Instances {
        capacity_types: spec.capacity_type.clone().unwrap_or_else(|| vec![spec::CapacityType::OnDemand]),
        arch,
        zones: zones(spec.zones.as_ref().unwrap_or(&context.environment.spec.zones), storages),
        types: spec.instance_types.clone().unwrap_or_default(),
        families: spec.instance_families.clone().unwrap_or_default(),
        sizes: spec.instance_sizes.clone().unwrap_or_default(),
        gpu: spec.gpu.clone(),
        cpus,
        requirements: spec.requirements.clone().unwrap_or_default(),
    }
}

/// The zones of all that is mounted: a file system is in one zone, and Karpenter does not know of it (Karpenter
/// `scheduling/volumetopology.go` reads PersistentVolumes, of which the driver makes none with a zone). Where none is
/// left, the pool keeps its own and the rules have their say.
fn zones(allowed: &[String], storages: &[&Storage]) -> Vec<String> {
    let near = |zone: &&String| storages.iter().all(|storage| storage.zone.as_ref().is_none_or(|own| own == *zone));
    let zones: Vec<String> = allowed.iter().filter(near).cloned().collect();
    if zones.is_empty() { allowed.to_vec() } else { zones }
}

/// Rounded up; between one and a million, far above any instance.
fn whole(cpus: f64) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let rounded = cpus.ceil().clamp(1.0, 1e6) as u32;
    rounded
}
