//! A group's own NodePool and EC2NodeClass.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::group::Object;
use super::scalar::{KarpenterDuration, Quantity};

/// Settings of a NodePool and its EC2NodeClass.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct NodePool {
    /// Greatest amounts of all nodes of the pool together (`spec.limits`), such as `{ cpu = 1000 }`. A group's own pool that
    /// writes none gets as many whole nodes of its largest instance type as the group may have pods.
    pub limits: Option<BTreeMap<String, Quantity>>,
    /// Which nodes Karpenter may consolidate (`spec.disruption.consolidationPolicy`).
    pub consolidation: Option<Consolidation>,
    /// How long a node must have been empty or quiet before it is consolidated (`spec.disruption.consolidateAfter`).
    #[schemars(example = "5m")]
    pub consolidate_after: Option<KarpenterDuration>,
    /// Age at which nodes are replaced (`spec.template.spec.expireAfter`).
    #[schemars(example = "720h", example = &"Never")]
    pub expire_after: Option<KarpenterDuration>,
    /// How long a draining node waits for its pods (`spec.template.spec.terminationGracePeriod`); `Never` for ever.
    #[schemars(example = "24h")]
    pub termination_grace_period: Option<KarpenterDuration>,
    /// How many nodes may be disrupted at once (`spec.disruption.budgets`).
    pub budgets: Option<Vec<Budget>>,
    /// Order among pools that fit: higher first (`spec.weight`).
    #[schemars(range(min = 1, max = 100))]
    pub weight: Option<i32>,
    /// Taints of the nodes, instead of the default one (`spec.template.spec.taints`). The pods tolerate exactly these.
    pub taints: Option<Vec<Taint>>,
    /// Taints that an agent on the node removes (`spec.template.spec.startupTaints`).
    pub startup_taints: Option<Vec<Taint>>,
    /// Labels of the nodes (`spec.template.metadata.labels`). A change rolls every node of the pool.
    pub labels: Option<BTreeMap<String, String>>,
    /// Annotations of the nodes (`spec.template.metadata.annotations`). A change rolls every node of the pool.
    pub annotations: Option<BTreeMap<String, String>>,
    /// A fixed number of nodes (`spec.replicas`, Karpenter 1.8, gate `StaticCapacity`).
    #[schemars(range(min = 0))]
    pub replicas: Option<i64>,

    /// The root disk (`blockDeviceMappings[].ebs` of the EC2NodeClass).
    pub disk: Option<Disk>,
    /// AMI alias, instead of the environment's (`amiSelectorTerms[].alias` of the EC2NodeClass).
    #[schemars(example = "al2023@v20260810")]
    pub ami: Option<String>,
    /// User data (`userData` of the EC2NodeClass).
    pub user_data: Option<String>,
    /// `RAID0`: container images and logs live on the local NVMe disks (`instanceStorePolicy` of the EC2NodeClass).
    pub instance_store: Option<InstanceStore>,
    /// How many network hops the instance metadata answers (`metadataOptions.httpPutResponseHopLimit`).
    #[schemars(range(min = 1, max = 64))]
    pub imds_hop_limit: Option<i64>,
    /// Settings of the kubelet (`kubelet` of the EC2NodeClass), in Karpenter's own spelling.
    pub kubelet: Option<Object>,
    /// EC2 tags beside team and cost center (`tags` of the EC2NodeClass). A change rolls every node of the class.
    pub tags: Option<BTreeMap<String, String>>,
    /// Subnets, instead of those with the environment's discovery tag (`subnetSelectorTerms`).
    pub subnets: Option<Vec<SelectorTerm>>,
    /// Security groups, instead of those with the environment's discovery tag (`securityGroupSelectorTerms`).
    pub security_groups: Option<Vec<SelectorTerm>>,
    /// IAM role of the nodes, instead of the environment's (`role` of the EC2NodeClass).
    pub role: Option<String>,
    /// Instance profile, instead of a role (`instanceProfile` of the EC2NodeClass).
    pub instance_profile: Option<String>,
}

/// Keys that stand on the EC2NodeClass: a group that sets one gets a class of its own.
pub const CLASS_KEYS: [&str; 11] = [
    "disk",
    "ami",
    "user-data",
    "instance-store",
    "imds-hop-limit",
    "kubelet",
    "tags",
    "subnets",
    "security-groups",
    "role",
    "instance-profile",
];

/// Karpenter's consolidation policies; `Balanced` since 1.14.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[expect(missing_docs)]
pub enum Consolidation {
    WhenEmpty,
    WhenEmptyOrUnderutilized,
    Balanced,
}

/// Reasons for which Karpenter disrupts nodes by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[expect(missing_docs)]
pub enum Reason {
    Underutilized,
    Empty,
    Drifted,
}

/// The instance store's use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[expect(missing_docs)]
pub enum InstanceStore {
    RAID0,
}

/// A disruption budget of a NodePool.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// A number or a percentage of nodes, as text: `"1"`, `"10%"`, `"0"`.
    #[schemars(regex(pattern = r"^((100|[0-9]{1,2})%|[0-9]+)$"))]
    pub nodes: String,
    /// The reasons it counts for; all when not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasons: Option<Vec<Reason>>,
    /// When it begins, in cron syntax and UTC; needs `duration`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule: Option<String>,
    /// How long it lasts: hours and minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<String>,
}

/// A taint.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Taint {
    /// Its key.
    pub key: String,
    /// Its value. Karpenter's CRD takes none that is empty: leave it out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Its effect.
    pub effect: TaintEffect,
}

/// Effects of a taint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[expect(missing_docs)]
pub enum TaintEffect {
    NoSchedule,
    PreferNoSchedule,
    NoExecute,
}

impl TaintEffect {
    /// As Kubernetes writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoSchedule => "NoSchedule",
            Self::PreferNoSchedule => "PreferNoSchedule",
            Self::NoExecute => "NoExecute",
        }
    }
}

/// The root disk. gp3 and encrypted unless said otherwise.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Disk {
    /// Size in whole `Gi` or `Ti`.
    #[schemars(example = "200Gi")]
    pub size: Option<Quantity>,
    /// EBS volume type.
    #[serde(rename = "type")]
    pub volume_type: Option<VolumeType>,
    /// Provisioned operations per second.
    #[schemars(range(min = 100))]
    pub iops: Option<i64>,
    /// Provisioned throughput in MiB/s.
    #[schemars(range(min = 125))]
    pub throughput: Option<i64>,
    /// KMS key for the encryption, instead of the account's default key.
    pub kms_key_id: Option<String>,
    /// Snapshot to start from, such as one with preloaded images.
    pub snapshot_id: Option<String>,
}

/// EBS volume types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs)]
pub enum VolumeType {
    Gp2,
    Gp3,
    Io1,
    Io2,
    St1,
    Sc1,
    Standard,
}

/// Selects subnets or security groups: by tags, by id, or a security group by name.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SelectorTerm {
    /// Tags that it has; `*` for any value.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// Its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its name; security groups only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}
