//! `[instance-types]`: types that the platform adds to the catalogue, and facts that it corrects.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::group::from_table;
use crate::diagnostic::Diagnostic;
use crate::document::{Node, Table};
use crate::instances::{Accelerator, Catalog, Gpu, InstanceType, Price};
use crate::spec::{self, Arch, Quantity};
use crate::workspace::Workspace;

/// The built-in types and the platform's. A new type that does not say enough is reported and left out.
pub(super) fn resolve(platform: &Table, diagnostics: &mut Vec<Diagnostic>) -> Catalog {
    let Some(table) = platform.get("instance-types").and_then(Node::table).filter(|table| !table.is_empty()) else {
        return Catalog::default();
    };
    let built_in = Catalog::default();
    let mut own = BTreeMap::new();
    for (name, node) in table {
        let spec = from_table(node.table().expect("the schema takes only tables here"));
        match of_spec(name, &spec, built_in.get(name)) {
            Ok(each) => {
                own.insert(name.clone(), each);
            }
            Err(key) => {
                let message = format!("raygen does not know instance type `{name}`, and its `{key}` is not written");
                let help = "write `cpu`, `memory` and `pods`, as `aws ec2 describe-instance-types` and the VPC CNI's `eni-max-pods.txt` have them";
                diagnostics.push(Diagnostic::error("incomplete-instance-type", node.key, message).help(help));
            }
        }
    }
    Catalog::new(own)
}

/// The catalogue of a platform without its teams; what is wrong with it is for a run over the specs to report.
pub fn catalog_of(workspace: &Workspace) -> Catalog {
    let platform = workspace.platform.as_ref().and_then(|platform| platform.root.table());
    platform.map_or_else(Catalog::default, |platform| resolve(platform, &mut Vec::new()))
}

/// The type, or the key that it lacks.
fn of_spec(
    name: &str,
    spec: &spec::instance_type::InstanceType,
    known: Option<&InstanceType>,
) -> Result<InstanceType, &'static str> {
    let scaled = |quantity: &Quantity, unit: f64| {
        // The schema takes no negative amounts; immense ones saturate.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let amount = (quantity.value().unwrap_or(0.0) / unit) as u64;
        amount
    };
    let mut each = known.cloned().unwrap_or_else(|| InstanceType {
        name: name.to_owned(),
        arch: Arch::Amd64,
        cpus: 0,
        memory_mib: 0,
        pods: 0,
        gpu: None,
        accelerator: None,
        efa: 0,
        nvme_gb: None,
        network_mbps: None,
        ebs_mbps: None,
        hypervisor: Cow::Borrowed(if name.contains(".metal") { "" } else { "nitro" }),
        cpu_manufacturer: Cow::Borrowed("intel"),
        cpu_mhz: 0,
        encrypts_transit: true,
        price: None,
    });
    each.cpus = spec.cpu.unwrap_or(each.cpus);
    each.memory_mib = spec.memory.as_ref().map_or(each.memory_mib, |memory| scaled(memory, 1_048_576.0));
    each.pods = spec.pods.unwrap_or(each.pods);
    for (amount, key) in [(u64::from(each.cpus), "cpu"), (each.memory_mib, "memory"), (u64::from(each.pods), "pods")] {
        if amount == 0 {
            return Err(key);
        }
    }
    each.arch = spec.arch.unwrap_or(each.arch);
    if each.arch == Arch::Arm64 {
        each.cpu_manufacturer = Cow::Borrowed("aws");
    }
    if let Some(gpu) = &spec.gpu {
        each.gpu = Some(Gpu {
            manufacturer: gpu.manufacturer.clone().map_or(Cow::Borrowed("nvidia"), Cow::Owned),
            name: Cow::Owned(gpu.model.clone()),
            count: gpu.count,
            memory_mib: gpu.memory.as_ref().map_or(0, |memory| scaled(memory, 1_048_576.0)),
        });
    }
    if spec.neuron.is_some() || spec.neuron_cores.is_some() {
        let accelerator = each.accelerator.get_or_insert(Accelerator {
            manufacturer: Cow::Borrowed("aws"),
            name: Cow::Borrowed("neuron"),
            count: 0,
            cores: 0,
        });
        accelerator.count = spec.neuron.unwrap_or(accelerator.count);
        accelerator.cores = spec.neuron_cores.unwrap_or(accelerator.cores);
    }
    each.efa = spec.efa.unwrap_or(each.efa);
    each.nvme_gb = spec.local_nvme.as_ref().map(|disks| scaled(disks, 1e9)).or(each.nvme_gb);
    each.network_mbps = spec.network.map(u64::from).or(each.network_mbps);
    if let Some(price) = spec.price {
        // The schema bounds it.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let micros = (price * 1e6).round() as u64;
        each.price = Some(Price { micros, own: true });
    }
    Ok(each)
}
