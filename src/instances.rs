//! EC2 instance types: what each has, what it costs, and the node labels that Karpenter derives from it.
//!
//! The built-in types stand in `instances/catalog.txt`, which a test writes from a table of Karpenter's own reference
//! (v1.14, 2026-07-11). Some types are missing there, so one that is unknown may exist.

mod labels;
mod parse;
mod set;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};

pub use self::labels::{FAMILY, INSTANCE_TYPE, LABELS, normalized};
pub use self::set::Set;
use crate::spec::Arch;

/// Region of the built-in prices.
pub const PRICE_REGION: &str = "us-east-1";
/// Day of the built-in prices.
pub const PRICE_DATE: &str = "2026-07-20";

/// The built-in types, as text: a line per family, then an indented line per size.
pub const CATALOG: &str = include_str!("instances/catalog.txt");

/// Families of which EC2 has sizes that Karpenter's reference lacks (`zz_generated.vpclimits.go`, 2026-08-06).
const INCOMPLETE: [&str; 3] = ["c7i", "i3", "trn2"];

/// An EC2 instance type.
#[derive(Clone, Debug, PartialEq)]
pub struct InstanceType {
    /// Such as `g5.2xlarge`.
    pub name: String,
    /// CPU architecture.
    pub arch: Arch,
    /// vCPUs.
    pub cpus: u32,
    /// Nominal memory in MiB.
    pub memory_mib: u64,
    /// Pods by its network interfaces, with none of them reserved.
    pub pods: u32,
    /// Its GPUs.
    pub gpu: Option<Gpu>,
    /// Its other accelerators.
    pub accelerator: Option<Accelerator>,
    /// EFA interfaces.
    pub efa: u32,
    /// Local NVMe disks together, in GB of 10⁹ bytes.
    pub nvme_gb: Option<u64>,
    /// Baseline network bandwidth in Mbit/s.
    pub network_mbps: Option<u64>,
    /// Greatest EBS bandwidth in Mbit/s.
    pub ebs_mbps: Option<u64>,
    /// `nitro`, `xen`, or empty for bare metal.
    pub hypervisor: Cow<'static, str>,
    /// `aws`, `intel` or `amd`.
    pub cpu_manufacturer: Cow<'static, str>,
    /// Sustained clock speed in MHz; 0 where it is not known.
    pub cpu_mhz: u32,
    /// Whether traffic between instances is encrypted.
    pub encrypts_transit: bool,
    /// On-demand price.
    pub price: Option<Price>,
}

/// GPUs of an instance type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gpu {
    /// Such as `nvidia`.
    pub manufacturer: Cow<'static, str>,
    /// In Karpenter's spelling, such as `a10g`.
    pub name: Cow<'static, str>,
    /// How many; 0 for a part of one, which no pod can ask for.
    pub count: u32,
    /// Memory of each in MiB.
    pub memory_mib: u64,
}

/// Accelerators that are no GPUs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accelerator {
    /// Such as `aws`.
    pub manufacturer: Cow<'static, str>,
    /// Such as `inferentia2`.
    pub name: Cow<'static, str>,
    /// Devices.
    pub count: u32,
    /// Neuron cores of all devices.
    pub cores: u32,
}

/// On-demand price per hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Price {
    /// Millionths of a US dollar.
    pub micros: u64,
    /// Whether the platform wrote it, instead of the list of [`PRICE_REGION`].
    pub own: bool,
}

impl InstanceType {
    /// The part of the name before the dot.
    pub fn family(&self) -> &str {
        self.name.split_once('.').map_or(self.name.as_str(), |(family, _)| family)
    }

    /// The part after it.
    pub fn size(&self) -> &str {
        self.name.split_once('.').map_or("", |(_, size)| size)
    }

    /// Network interfaces, and how many pods each can give an address, from the number of pods: an interface keeps one
    /// of its addresses (amazon-vpc-cni-k8s `misc/eni-max-pods.txt`), and EC2's interfaces have 2 to 64.
    pub fn interfaces(&self) -> (u32, u32) {
        const PODS: [u32; 12] = [63, 49, 39, 29, 19, 14, 11, 9, 5, 4, 3, 1];
        // Two pods use the node's own addresses.
        let pods = self.pods.saturating_sub(2);
        PODS.into_iter().find(|each| pods.is_multiple_of(*each)).map_or((1, pods), |each| (pods / each, each))
    }
}

/// Instance types by name, and by the values of Karpenter's labels.
#[derive(Debug, Default)]
pub struct Catalog {
    /// Types of the platform, which win.
    own: BTreeMap<String, InstanceType>,
    loaded: OnceLock<Loaded>,
}

/// Types sorted by name, and their labels' values, each label indexed when it is first asked for.
#[derive(Debug)]
struct Loaded {
    types: Vec<InstanceType>,
    labels: [OnceLock<BTreeMap<String, Set>>; LABELS.len()],
}

impl Loaded {
    fn new(types: Vec<InstanceType>) -> Self {
        Self { types, labels: std::array::from_fn(|_| OnceLock::new()) }
    }
}

static BUILT_IN: LazyLock<Loaded> = LazyLock::new(|| Loaded::new(parse::parse(CATALOG)));

impl Catalog {
    /// The built-in types and the platform's.
    pub fn new(own: BTreeMap<String, InstanceType>) -> Self {
        Self { own, loaded: OnceLock::new() }
    }

    fn loaded(&self) -> &Loaded {
        if self.own.is_empty() {
            return &BUILT_IN;
        }
        self.loaded.get_or_init(|| {
            let mut types: BTreeMap<String, InstanceType> =
                BUILT_IN.types.iter().map(|each| (each.name.clone(), each.clone())).collect();
            types.extend(self.own.clone());
            Loaded::new(types.into_values().collect())
        })
    }

    /// All types, sorted by name. A [`Set`] holds positions in this list.
    pub fn types(&self) -> &[InstanceType] {
        &self.loaded().types
    }

    /// The type's position.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.types().binary_search_by(|each| each.name.as_str().cmp(name)).ok()
    }

    /// The type of that name.
    pub fn get(&self, name: &str) -> Option<&InstanceType> {
        self.position(name).map(|position| &self.types()[position])
    }

    /// Every type.
    pub fn all(&self) -> Set {
        Set::full(self.types().len())
    }

    /// The types by the value of a label; `None` for a label that does not depend on the type.
    pub fn by_label(&self, key: &str) -> Option<&BTreeMap<String, Set>> {
        let index = LABELS.iter().position(|(label, _)| *label == key)?;
        let loaded = self.loaded();
        Some(loaded.labels[index].get_or_init(|| {
            let value_of = LABELS[index].1;
            let mut values: BTreeMap<String, Set> = BTreeMap::new();
            for (position, each) in loaded.types.iter().enumerate() {
                let Some(value) = value_of(each) else { continue };
                if let Some(set) = values.get_mut(value.as_ref()) {
                    set.insert(position);
                } else {
                    let mut set = Set::empty(loaded.types.len());
                    set.insert(position);
                    values.insert(value.into_owned(), set);
                }
            }
            values
        }))
    }

    /// Whether every size of a family is known.
    pub fn is_complete(&self, family: &str) -> bool {
        !INCOMPLETE.contains(&family) && self.by_label(FAMILY).is_some_and(|families| families.contains_key(family))
    }
}
