//! `[policy]` of `teams/_platform.toml`: what no team may exceed or do.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::group::CapacityType;
use super::scalar::{Quantity, VersionRange};

/// What no team may exceed or do. Every violation is an error at the team's own line.
///
/// Maxima per team count all clusters of the team in one environment, grown to `max` replicas, heads included.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Policy {
    /// GPUs of a team: `max` × `hosts` × `gpu.count`, over all its groups.
    #[schemars(example = 32)]
    pub max_gpus_per_team: Option<u32>,
    /// GPUs of one group: `max` × `hosts` × `gpu.count`.
    #[schemars(example = 16)]
    pub max_gpus_per_group: Option<u32>,
    /// CPUs of a team: `max` × `hosts` × `cpu`, over all its groups.
    #[schemars(example = 1000)]
    pub max_cpus_per_team: Option<Quantity>,
    /// CPUs of one group: `max` × `hosts` × `cpu`.
    #[schemars(example = 500)]
    pub max_cpus_per_group: Option<Quantity>,
    /// Memory of a team: `max` × `hosts` × `memory`, over all its groups.
    #[schemars(example = "4Ti")]
    pub max_memory_per_team: Option<Quantity>,
    /// Memory of one group: `max` × `hosts` × `memory`.
    #[schemars(example = "2Ti")]
    pub max_memory_per_group: Option<Quantity>,
    /// Replicas of a team's worker groups together: the sum of `max`.
    #[schemars(example = 500)]
    pub max_replicas_per_team: Option<u32>,
    /// Replicas of one worker group: `max`.
    #[schemars(example = 300)]
    pub max_replicas_per_group: Option<u32>,
    /// US dollars per hour of a team in one environment: `max` × `hosts` of all its groups, each on the dearest instance
    /// type that its pool may launch, at on-demand prices. The price list is that of us-east-1 (2026-07-20), unless
    /// `[instance-types]` says otherwise.
    #[schemars(range(min = 0.0), example = 100.0)]
    pub max_cost_per_hour: Option<f64>,
    /// Where images may come from: registries or repositories that an image's name starts with. A name without a
    /// registry is Docker Hub's.
    #[schemars(example = ["rayproject/", "123456789012.dkr.ecr.us-west-2.amazonaws.com/"])]
    pub allowed_registries: Option<Vec<String>>,
    /// Versions of Ray, any of which may match: `2.52.1` is that version, `2.52` all its patches, `>=2.50, <3` a range.
    #[schemars(example = ["2.52", ">=2.54, <3"])]
    pub allowed_ray_versions: Option<Vec<VersionRange>>,
    /// EC2 instance families of the teams' own pools. A pool that names no family could launch any, which is a
    /// violation too.
    #[schemars(example = ["g5", "g6", "m7i"])]
    pub allowed_instance_families: Option<Vec<String>>,
    /// Capacity types of the teams' own pools.
    pub allowed_capacity_types: Option<Vec<CapacityType>>,
    /// What every team must say about itself.
    pub require: Vec<Required>,
    /// Whether load balancers may be reachable from the internet; they may when this is not set.
    pub public_ingress: Option<bool>,
    /// The teams that may run in an environment, by environment; everyone in those that are not listed.
    #[schemars(extend("examples" = [{ "prod": ["vision"] }]))]
    pub environments: IndexMap<String, Vec<String>>,
}

/// Keys of a team that a platform may require.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs)]
pub enum Required {
    Owner,
    CostCenter,
}
