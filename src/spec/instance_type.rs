//! EC2 instance types of the platform, and what DaemonSets take of every node.

use schemars::JsonSchema;
use serde::Deserialize;

use super::group::Arch;
use super::scalar::Quantity;

/// An EC2 instance type. One that raygen does not know needs `cpu`, `memory` and `pods`; of one that it knows, each key
/// replaces what it knows.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct InstanceType {
    /// vCPUs.
    #[schemars(range(min = 1, max = 4096))]
    pub cpu: Option<u32>,
    /// Nominal memory, as EC2 lists it.
    #[schemars(example = "32Gi")]
    pub memory: Option<Quantity>,
    /// Pods that its network interfaces have addresses for, as in the list of the VPC CNI (`eni-max-pods.txt`).
    #[schemars(range(min = 2, max = 65536))]
    pub pods: Option<u32>,
    /// CPU architecture; `amd64` when not set.
    pub arch: Option<Arch>,
    /// GPUs.
    pub gpu: Option<InstanceGpu>,
    /// AWS Neuron devices (`aws.amazon.com/neuron`).
    #[schemars(range(max = 1024))]
    pub neuron: Option<u32>,
    /// Cores of all Neuron devices (`aws.amazon.com/neuroncore`).
    #[schemars(range(max = 65536))]
    pub neuron_cores: Option<u32>,
    /// EFA interfaces (`vpc.amazonaws.com/efa`).
    #[schemars(range(max = 1024))]
    pub efa: Option<u32>,
    /// Local NVMe disks together.
    #[schemars(example = "450G")]
    pub local_nvme: Option<Quantity>,
    /// Baseline network bandwidth in Mbit/s.
    pub network: Option<u32>,
    /// On-demand price in US dollars per hour, such as that of the platform's own region and contract.
    #[schemars(range(min = 0, max = 1_000_000), example = 1.212)]
    pub price: Option<f64>,
}

/// GPUs of an instance type.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct InstanceGpu {
    /// Model in Karpenter's spelling, such as `a10g`.
    #[schemars(regex(pattern = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"))]
    pub model: String,
    /// How many.
    #[schemars(range(min = 1, max = 1024))]
    pub count: u32,
    /// Memory of each.
    #[schemars(example = "24Gi")]
    pub memory: Option<Quantity>,
    /// Who makes them; `nvidia` when not set.
    pub manufacturer: Option<String>,
}

/// Requests of all DaemonSets on a node.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct DaemonSets {
    /// CPUs.
    #[schemars(example = &"300m")]
    pub cpu: Option<Quantity>,
    /// Memory.
    #[schemars(example = "600Mi")]
    pub memory: Option<Quantity>,
}
