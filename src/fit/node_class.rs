//! What of an EC2NodeClass changes how much a node offers.

use super::resources::{Resource, amount, whole};
use crate::json::Value;
use crate::resolve::Environment;
use crate::spec;
use crate::spec::node_pool::InstanceStore;

const GIB: u64 = 1 << 30;

/// The parts of an EC2NodeClass that count. The default is AL2023 with Karpenter's own disk of 20Gi.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NodeClass {
    /// The AMI family.
    pub family: AmiFamily,
    /// Whether container images and pods live on the local NVMe disks, where there are any.
    pub raid0: bool,
    /// Size in bytes of the disk that holds them otherwise.
    pub disk: u64,
    /// Kubelet settings.
    pub kubelet: Kubelet,
    /// Where `networkInterfaces` are written: how many are `efa-only`, and how many of those on card 0.
    pub efa_only: Option<(u32, u32)>,
}

/// AMI families.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the words are the meaning")]
pub enum AmiFamily {
    Al2,
    #[default]
    Al2023,
    Bottlerocket,
    Windows,
    Custom,
}

/// Kubelet settings that reserve something.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Kubelet {
    /// `maxPods`.
    pub max_pods: Option<u64>,
    /// `podsPerCore`.
    pub pods_per_core: Option<u64>,
    /// `kubeReserved`, each of which replaces the computed amount.
    pub kube_reserved: Vec<(Resource, u64)>,
    /// `systemReserved`.
    pub system_reserved: Vec<(Resource, u64)>,
    /// `evictionHard` of `memory.available`.
    pub memory_available: Option<Threshold>,
    /// `evictionHard` of `nodefs.available`.
    pub disk_available: Option<Threshold>,
}

/// A threshold of eviction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Threshold {
    /// Bytes.
    Bytes(u64),
    /// Thousandths of a percent of the capacity.
    Percent(u64),
}

impl Threshold {
    fn read(value: &Value) -> Option<Self> {
        let text = value.as_str()?;
        let Some(percent) = text.strip_suffix('%') else {
            return amount(Resource::Memory, value).map(Self::Bytes);
        };
        let percent: f64 = percent.parse().ok()?;
        // 100 % switches the threshold off (Karpenter provider `types.go`, computeEvictionSignal).
        Some(Self::Percent(if percent >= 100.0 { 0 } else { whole(percent * 1000.0) }))
    }

    /// Bytes of a capacity, rounded up.
    pub(super) fn of(self, capacity: u64) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Percent(thousandths) => part(capacity, thousandths),
        }
    }
}

/// Thousandths of a percent of an amount, rounded up.
pub(super) fn part(amount: u64, thousandths: u64) -> u64 {
    let part = (u128::from(amount) * u128::from(thousandths)).div_ceil(100_000);
    u64::try_from(part).unwrap_or(u64::MAX)
}

impl Default for NodeClass {
    fn default() -> Self {
        Self {
            family: AmiFamily::Al2023,
            raid0: false,
            // Karpenter's default block device mapping (provider `pkg/providers/amifamily/al2023.go`, v1.14).
            disk: 20 * GIB,
            kubelet: Kubelet::default(),
            efa_only: None,
        }
    }
}

impl NodeClass {
    /// A class that nobody described: no disk is too small for it.
    pub fn unknown() -> Self {
        Self { disk: u64::MAX / 2, ..Self::default() }
    }

    /// Of an EC2NodeClass object.
    pub fn of_object(class: &Value) -> Self {
        let spec = &class["spec"];
        let family = AmiFamily::of_spec(spec);
        let interfaces = spec["networkInterfaces"].as_array();
        Self {
            family,
            raid0: spec["instanceStorePolicy"] == "RAID0",
            disk: disk(spec, family),
            kubelet: Kubelet::of(&spec["kubelet"]),
            efa_only: interfaces.map(|interfaces| {
                let efa = interfaces.iter().filter(|each| each["interfaceType"] == "efa-only");
                let on_first = efa.clone().filter(|each| each["networkCardIndex"] == 0).count();
                (saturated(efa.count()), saturated(on_first))
            }),
        }
    }

    /// Of what a spec says of a pool and its class; it writes the disk at the family's own device.
    pub fn of_settings(environment: &Environment, settings: &spec::NodePool) -> Self {
        let alias = settings.ami.as_deref().unwrap_or(&environment.spec.ami);
        let disk = settings.disk.as_ref().and_then(|disk| disk.size.as_ref()?.value());
        Self {
            family: AmiFamily::of_name(alias.split('@').next().unwrap_or_default()),
            raid0: settings.instance_store == Some(InstanceStore::RAID0),
            disk: disk.map_or(200 * GIB, whole),
            kubelet: settings
                .kubelet
                .as_ref()
                .map_or_else(Kubelet::default, |kubelet| Kubelet::of(&Value::Object(kubelet.0.clone()))),
            efa_only: None,
        }
    }
}

fn saturated(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

impl AmiFamily {
    fn of_name(name: &str) -> Self {
        match name.to_lowercase().as_str() {
            "al2" => Self::Al2,
            "bottlerocket" => Self::Bottlerocket,
            "custom" => Self::Custom,
            name if name.starts_with("windows") => Self::Windows,
            _ => Self::Al2023,
        }
    }

    fn of_spec(spec: &Value) -> Self {
        let alias =
            || spec["amiSelectorTerms"].as_array()?.iter().find_map(|term| term["alias"].as_str()?.split('@').next());
        spec["amiFamily"].as_str().or_else(alias).map_or(Self::Al2023, Self::of_name)
    }

    /// Whether the memory that the kubelet keeps follows from the network interfaces alone, whatever `maxPods` says
    /// (Karpenter provider `pkg/providers/amifamily`, UsesENILimitedMemoryOverhead).
    pub(super) fn counts_interfaces(self) -> bool {
        matches!(self, Self::Al2 | Self::Al2023 | Self::Custom)
    }

    /// The device that holds images and pods (`EphemeralBlockDevice` of the same).
    fn device(self) -> Option<&'static str> {
        match self {
            Self::Al2 | Self::Al2023 => Some("/dev/xvda"),
            Self::Bottlerocket => Some("/dev/xvdb"),
            Self::Windows => Some("/dev/sda1"),
            Self::Custom => None,
        }
    }
}

/// The root volume, or the last disk of a custom AMI, or the one at the family's device; the family's default otherwise
/// (Karpenter provider `types.go`, ephemeralStorage).
fn disk(spec: &Value, family: AmiFamily) -> u64 {
    let mappings = spec["blockDeviceMappings"].as_array().map_or(&[][..], Vec::as_slice);
    let found = mappings.iter().find(|mapping| mapping["rootVolume"] == true).or_else(|| match family.device() {
        None => mappings.last(),
        Some(device) => mappings.iter().find(|mapping| mapping["deviceName"] == device),
    });
    let default = if family == AmiFamily::Windows { 50 * GIB } else { 20 * GIB };
    match found {
        // A snapshot's size is not known from here.
        Some(mapping) => amount(Resource::EphemeralStorage, &mapping["ebs"]["volumeSize"]).unwrap_or(u64::MAX / 2),
        None => default,
    }
}

impl Kubelet {
    fn of(kubelet: &Value) -> Self {
        let reserved = |list: &str| {
            let entries = kubelet[list].as_object().into_iter().flatten();
            entries
                .filter_map(|(name, value)| {
                    let resource = Resource::of_name(name)?;
                    Some((resource, amount(resource, value)?))
                })
                .collect()
        };
        let hard = |signal: &str| Threshold::read(kubelet.get("evictionHard")?.get(signal)?);
        Self {
            max_pods: kubelet["maxPods"].as_u64(),
            pods_per_core: kubelet["podsPerCore"].as_u64().filter(|pods| *pods > 0),
            kube_reserved: reserved("kubeReserved"),
            system_reserved: reserved("systemReserved"),
            memory_available: hard("memory.available"),
            disk_available: hard("nodefs.available"),
        }
    }
}
