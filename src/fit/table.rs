//! What `raygen fit` tells: groups, their instance types and costs, as values that are printed or serialized.

use std::collections::BTreeMap;

use serde::Serialize;

use super::cost::Costs;
use super::group::{Fits, GroupFit};
use super::placement::{Placement, Verdict};
use super::resources::{Resource, Resources};
use crate::instances::{PRICE_DATE, PRICE_REGION};

/// Counts incompatible changes of what is printed as JSON.
pub const VERSION: u32 = 1;

/// Everything about the groups of a run.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Table {
    /// [`VERSION`].
    pub version: u32,
    /// Where prices come from.
    pub prices: Prices,
    /// Heads and worker groups, in the order of environments, teams and files.
    pub groups: Vec<GroupRow>,
    /// Teams, sorted by environment and name.
    pub teams: Vec<TeamRow>,
}

/// Where prices come from.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the words are the meaning")]
pub struct Prices {
    pub region: &'static str,
    pub date: &'static str,
    pub currency: &'static str,
    pub capacity_type: &'static str,
    /// Spot prices change by the minute.
    pub spot: &'static str,
}

/// A head or worker group on a pool.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GroupRow {
    /// The environment.
    pub environment: String,
    /// The team.
    pub team: String,
    /// The workload object's name.
    pub workload: String,
    /// `head` or the worker group's name.
    pub group: String,
    /// The NodePool; `None` where the pods name none that is there.
    pub node_pool: Option<String>,
    /// Karpenter's capacity types, in its order of preference.
    pub capacity_types: Vec<&'static str>,
    /// The zones that the pool names.
    pub zones: Vec<String>,
    /// Pods at the least.
    pub min_pods: u64,
    /// Pods at the most.
    pub max_pods: u64,
    /// What one pod requests, as Kubernetes writes it.
    pub needs: BTreeMap<&'static str, String>,
    /// What DaemonSets take of every node.
    pub daemonsets: BTreeMap<&'static str, String>,
    /// The types that fit, cheapest first.
    pub fitting: Vec<TypeRow>,
    /// The types that do not, by name.
    pub unfitting: Vec<UnfitRow>,
    /// Types that the pool names and raygen does not know.
    pub unknown_types: Vec<String>,
    /// US dollars per hour at the least number of pods on the cheapest type.
    pub floor_per_hour: f64,
    /// US dollars per hour at the greatest number of pods on the dearest type.
    pub ceiling_per_hour: f64,
    /// Types that fit and have no price: floor and ceiling do not count them.
    pub unpriced: Vec<String>,
    /// Whether floor and ceiling leave out all of it, because nothing fits or nothing has a price.
    pub incomplete: bool,
}

/// A type that takes pods.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TypeRow {
    /// Its name.
    pub instance_type: String,
    /// Pods that a node takes.
    pub pods_per_node: u64,
    /// What a further pod would lack first.
    pub binding: &'static str,
    /// Percent of a full node that stays idle, by resource.
    pub idle_percent: BTreeMap<&'static str, f64>,
    /// US dollars per hour of a node; `None` where it is not known.
    pub price_per_hour: Option<f64>,
    /// Whether the platform wrote the price.
    pub own_price: bool,
    /// US dollars per hour at the least and the greatest number of pods.
    pub cost_per_hour: Option<[f64; 2]>,
}

/// A type that takes none.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UnfitRow {
    /// Its name.
    pub instance_type: String,
    /// The resource of which most is missing.
    pub binding: &'static str,
    /// What the pod needs of it.
    pub needs: String,
    /// What a node offers after all overhead and DaemonSets.
    pub offers: String,
}

/// What a team costs in one environment.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TeamRow {
    /// The environment.
    pub environment: String,
    /// The team.
    pub team: String,
    /// US dollars per hour of what always runs.
    pub floor_per_hour: f64,
    /// US dollars per hour at the greatest size.
    pub ceiling_per_hour: f64,
    /// The same for 30 days.
    pub floor_per_30_days: f64,
    /// The same for 30 days.
    pub ceiling_per_30_days: f64,
    /// GPUs at the greatest size.
    pub max_gpus: u64,
    /// Types without a price, which are not counted.
    pub unpriced: Vec<String>,
    /// Whether a group is not counted, because nothing fits or nothing has a price.
    pub incomplete: bool,
}

/// Hours of 30 days.
const HOURS: u64 = 720;

impl Table {
    /// Of everything that was looked at.
    pub fn of(fits: &Fits<'_>) -> Self {
        let mut groups = Vec::new();
        let mut teams: BTreeMap<(&str, &str), Costs> = BTreeMap::new();
        for group in &fits.groups {
            let object = &group.cluster.object;
            let team = object.manifest().and_then(|manifest| manifest.team.as_deref()).unwrap_or_default();
            teams.entry((object.environment_name, team)).or_default().add(group, &group.cost(fits));
            groups.push(group_row(fits, group, team));
        }
        let teams = teams.into_iter().map(|((environment, team), costs)| team_row(environment, team, costs));
        Self {
            version: VERSION,
            prices: Prices {
                region: PRICE_REGION,
                date: PRICE_DATE,
                currency: "USD",
                capacity_type: "on-demand",
                spot: "unknown",
            },
            teams: teams.collect(),
            groups,
        }
    }
}

/// Far below 2⁵³ millionths.
#[expect(clippy::cast_precision_loss)]
fn usd(micros: u64) -> f64 {
    micros as f64 / 1e6
}

fn team_row(environment: &str, team: &str, costs: Costs) -> TeamRow {
    let (floor, ceiling) = (usd(costs.floor), usd(costs.ceiling));
    TeamRow {
        environment: environment.to_owned(),
        team: team.to_owned(),
        floor_per_hour: floor,
        ceiling_per_hour: ceiling,
        floor_per_30_days: usd(costs.floor * HOURS),
        ceiling_per_30_days: usd(costs.ceiling * HOURS),
        max_gpus: costs.gpus,
        unpriced: costs.unpriced,
        incomplete: costs.incomplete,
    }
}

/// Amounts as Kubernetes writes them, rounded by `shown`.
pub(super) fn written(resources: &Resources, shown: fn(Resource, u64) -> String) -> BTreeMap<&'static str, String> {
    let some = resources.some().filter(|(resource, _)| *resource != Resource::Pods);
    some.map(|(resource, amount)| (resource.name(), shown(resource, amount))).collect()
}

fn group_row(fits: &Fits<'_>, group: &GroupFit<'_>, team: &str) -> GroupRow {
    let object = &group.cluster.object;
    // Specs name one pool each.
    let on = group.placements.first().map(|(index, placement)| (&fits.pools[*index], placement));
    let cost = group.cost(fits);
    let mut row = GroupRow {
        environment: object.environment_name.to_owned(),
        team: team.to_owned(),
        workload: object.name().to_owned(),
        group: group.pod.group.clone().unwrap_or_else(|| "head".to_owned()),
        node_pool: on.map(|(pool, _)| pool.object.name().to_owned()),
        capacity_types: Vec::new(),
        zones: Vec::new(),
        min_pods: group.pods.0,
        max_pods: group.pods.1,
        needs: written(&group.need.resources, Resource::shown_up),
        daemonsets: BTreeMap::new(),
        fitting: Vec::new(),
        unfitting: Vec::new(),
        unknown_types: Vec::new(),
        floor_per_hour: usd(cost.floor),
        ceiling_per_hour: usd(cost.ceiling),
        unpriced: cost.unpriced,
        incomplete: cost.incomplete,
    };
    if let Some((_, placement)) = on {
        let choice = &placement.candidates.choice;
        row.capacity_types.clone_from(&choice.capacity_types);
        row.zones = choice.zones.clone().unwrap_or_default();
        row.daemonsets = written(&placement.daemonsets, Resource::shown_up);
        row.unknown_types.clone_from(&choice.unknown);
        row.fitting = placement.fitting().map(|verdict| type_row(fits, group, placement, verdict)).collect();
        let order =
            |a: &Option<f64>, b: &Option<f64>| a.unwrap_or(f64::INFINITY).total_cmp(&b.unwrap_or(f64::INFINITY));
        row.fitting.sort_by(|a, b| order(&a.price_per_hour, &b.price_per_hour));
        let unfitting = placement.verdicts.iter().filter(|verdict| verdict.per_node == 0);
        row.unfitting = unfitting.map(|verdict| unfit_row(fits, group, placement, verdict)).collect();
    }
    row
}

fn type_row(fits: &Fits<'_>, group: &GroupFit<'_>, placement: &Placement, verdict: &Verdict) -> TypeRow {
    let instance = placement.instance(&fits.catalog, verdict);
    // Thousandths are exact.
    #[expect(clippy::cast_precision_loss)]
    let percent = |thousandths: u64| thousandths as f64 / 10.0;
    let waste = placement.waste(verdict, &group.need);
    let cost =
        |pods: u64| instance.price.map(|price| usd(pods.div_ceil(verdict.per_node).saturating_mul(price.micros)));
    TypeRow {
        instance_type: instance.name.clone(),
        pods_per_node: verdict.per_node,
        binding: verdict.binding.name(),
        idle_percent: waste.into_iter().map(|(resource, part)| (resource.name(), percent(part))).collect(),
        price_per_hour: instance.price.map(|price| usd(price.micros)),
        own_price: instance.price.is_some_and(|price| price.own),
        cost_per_hour: cost(group.pods.0).zip(cost(group.pods.1)).map(|(least, most)| [least, most]),
    }
}

fn unfit_row(fits: &Fits<'_>, group: &GroupFit<'_>, placement: &Placement, verdict: &Verdict) -> UnfitRow {
    let resource = verdict.binding;
    UnfitRow {
        instance_type: placement.instance(&fits.catalog, verdict).name.clone(),
        binding: resource.name(),
        needs: resource.shown_up(group.need.resources.get(resource)),
        offers: resource.shown_down(placement.free(verdict).get(resource)),
    }
}
