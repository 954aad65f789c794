//! The node labels that Karpenter derives from an instance type (provider `pkg/providers/instancetype/types.go`,
//! computeRequirements, v1.14). A label that a type lacks does not exist on its nodes.

use std::borrow::Cow;

use super::InstanceType;

/// The exact type.
pub const INSTANCE_TYPE: &str = "node.kubernetes.io/instance-type";
/// The family.
pub const FAMILY: &str = "karpenter.k8s.aws/instance-family";

type Value = for<'a> fn(&'a InstanceType) -> Option<Cow<'a, str>>;

/// Every such label, and its value for a type.
pub const LABELS: [(&str, Value); 23] = [
    (INSTANCE_TYPE, |each| Some(Cow::Borrowed(&each.name))),
    (FAMILY, |each| Some(Cow::Borrowed(each.family()))),
    ("karpenter.k8s.aws/instance-size", |each| Some(Cow::Borrowed(each.size()))),
    ("karpenter.k8s.aws/instance-category", |each| Some(Cow::Borrowed(category(&each.name)))),
    ("karpenter.k8s.aws/instance-generation", |each| generation(&each.name).map(Cow::Borrowed)),
    ("kubernetes.io/arch", |each| Some(Cow::Borrowed(each.arch.as_str()))),
    ("karpenter.k8s.aws/instance-cpu", |each| number(Some(u64::from(each.cpus)))),
    ("karpenter.k8s.aws/instance-cpu-manufacturer", |each| Some(Cow::Borrowed(&each.cpu_manufacturer))),
    ("karpenter.k8s.aws/instance-cpu-sustained-clock-speed-mhz", |each| number(Some(u64::from(each.cpu_mhz)))),
    ("karpenter.k8s.aws/instance-memory", |each| number(Some(each.memory_mib))),
    ("karpenter.k8s.aws/instance-ebs-bandwidth", |each| number(each.ebs_mbps)),
    ("karpenter.k8s.aws/instance-network-bandwidth", |each| number(each.network_mbps)),
    ("karpenter.k8s.aws/instance-hypervisor", |each| Some(Cow::Borrowed(&each.hypervisor))),
    ("karpenter.k8s.aws/instance-encryption-in-transit-supported", |each| flag(each.encrypts_transit)),
    ("karpenter.k8s.aws/instance-capability-flex", |each| flag(each.family().ends_with("-flex"))),
    ("karpenter.k8s.aws/instance-local-nvme", |each| number(each.nvme_gb)),
    ("karpenter.k8s.aws/instance-gpu-name", |each| Some(Cow::Borrowed(each.gpu.as_ref()?.name.as_ref()))),
    ("karpenter.k8s.aws/instance-gpu-manufacturer", |each| {
        Some(Cow::Borrowed(each.gpu.as_ref()?.manufacturer.as_ref()))
    }),
    ("karpenter.k8s.aws/instance-gpu-count", |each| number(each.gpu.as_ref().map(|gpu| u64::from(gpu.count)))),
    ("karpenter.k8s.aws/instance-gpu-memory", |each| number(each.gpu.as_ref().map(|gpu| gpu.memory_mib))),
    ("karpenter.k8s.aws/instance-accelerator-name", |each| {
        Some(Cow::Borrowed(each.accelerator.as_ref()?.name.as_ref()))
    }),
    ("karpenter.k8s.aws/instance-accelerator-manufacturer", |each| {
        Some(Cow::Borrowed(each.accelerator.as_ref()?.manufacturer.as_ref()))
    }),
    ("karpenter.k8s.aws/instance-accelerator-count", |each| {
        number(each.accelerator.as_ref().map(|accelerator| u64::from(accelerator.count)))
    }),
];

/// Old names of labels, which Karpenter reads as the new ones (core `pkg/apis/v1/labels.go`, NormalizedLabels, v1.14).
const ALIASES: [(&str, &str); 6] = [
    ("beta.kubernetes.io/arch", "kubernetes.io/arch"),
    ("beta.kubernetes.io/instance-type", INSTANCE_TYPE),
    ("beta.kubernetes.io/os", "kubernetes.io/os"),
    ("failure-domain.beta.kubernetes.io/region", "topology.kubernetes.io/region"),
    ("failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone"),
    ("topology.ebs.csi.aws.com/zone", "topology.kubernetes.io/zone"),
];

/// The label's present name.
pub fn normalized(key: &str) -> &str {
    ALIASES.iter().find(|(old, _)| *old == key).map_or(key, |(_, new)| new)
}

fn number(value: Option<u64>) -> Option<Cow<'static, str>> {
    value.map(|value| Cow::Owned(value.to_string()))
}

// All labels' values are optional.
#[expect(clippy::unnecessary_wraps)]
fn flag(value: bool) -> Option<Cow<'static, str>> {
    Some(Cow::Borrowed(if value { "true" } else { "false" }))
}

/// The letters before the generation.
fn category(name: &str) -> &str {
    &name[..name.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(name.len())]
}

/// The first number after the category; in `u-3tb1` that of terabytes does not count.
fn generation(name: &str) -> Option<&str> {
    let rest = &name[category(name).len()..];
    let rest = match rest.strip_prefix('-') {
        Some(size) => size.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix("tb")?,
        None => rest,
    };
    let digits = &rest[..rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len())];
    Some(digits).filter(|digits| !digits.is_empty())
}
