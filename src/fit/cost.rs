//! What groups cost per hour, at the least and at the most, by on-demand prices.

use super::group::{Fits, GroupFit};
use crate::lint::Object;

/// Cost per hour in millionths of a US dollar. What has no price is named and never counts as nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// The least number of pods on the cheapest types that fit.
    pub floor: u64,
    /// The greatest number of pods on the dearest types that fit.
    pub ceiling: u64,
    /// The type that makes the ceiling.
    pub dearest: Option<String>,
    /// Types that fit and have no price, so that floor and ceiling may be more.
    pub unpriced: Vec<String>,
    /// Whether something that runs could not be counted at all: it fits nowhere, or no type has a price.
    pub incomplete: bool,
}

/// Costs of several groups together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Costs {
    /// Millionths of a US dollar.
    pub floor: u64,
    /// Millionths of a US dollar.
    pub ceiling: u64,
    /// GPUs of all pods at their greatest number.
    pub gpus: u64,
    /// Types without a price.
    pub unpriced: Vec<String>,
    /// Whether a group could not be counted.
    pub incomplete: bool,
}

impl Costs {
    /// Adds a group's.
    pub fn add(&mut self, group: &GroupFit<'_>, cost: &Cost) {
        self.floor = self.floor.saturating_add(cost.floor);
        self.ceiling = self.ceiling.saturating_add(cost.ceiling);
        self.gpus = self.gpus.saturating_add(group.gpus());
        self.incomplete |= cost.incomplete;
        self.unpriced
            .extend(cost.unpriced.iter().filter(|name| !self.unpriced.contains(name)).cloned().collect::<Vec<_>>());
    }
}

impl GroupFit<'_> {
    /// NVIDIA GPUs of all pods at their greatest number.
    pub fn gpus(&self) -> u64 {
        self.need.resources.get(super::Resource::NvidiaGpu).saturating_mul(self.pods.1)
    }

    /// What its nodes cost. On a pool that others share the floor is the pods' part of a node.
    pub fn cost(&self, fits: &Fits<'_>) -> Cost {
        let (least, most) = self.pods;
        let mut cost = Cost { floor: u64::MAX, ..Cost::default() };
        for (index, placement) in &self.placements {
            let shared = !is_own(&fits.pools[*index].object, self);
            for verdict in placement.fitting() {
                let instance = placement.instance(&fits.catalog, verdict);
                let Some(price) = instance.price else {
                    cost.unpriced.push(instance.name.clone());
                    continue;
                };
                let whole = |pods: u64| pods.div_ceil(verdict.per_node).saturating_mul(price.micros);
                let part = least.saturating_mul(price.micros) / verdict.per_node;
                cost.floor = cost.floor.min(if shared { part } else { whole(least) });
                if cost.dearest.is_none() || whole(most) > cost.ceiling {
                    (cost.ceiling, cost.dearest) = (whole(most), Some(instance.name.clone()));
                }
            }
        }
        if cost.dearest.is_none() {
            cost.floor = 0;
            cost.incomplete = most > 0;
        }
        cost
    }
}

/// Whether the pool is there for this group alone: its own spec made it.
fn is_own(pool: &Object<'_>, group: &GroupFit<'_>) -> bool {
    match (pool.manifest(), group.cluster.object.manifest()) {
        (Some(pool), Some(cluster)) => pool.team.is_some() && pool.team == cluster.team,
        _ => true,
    }
}

/// An amount of money, to the cent; below ten cents to the hundredth of one.
pub fn dollars(micros: u64) -> String {
    // Far below 2⁵³.
    #[expect(clippy::cast_precision_loss)]
    let dollars = micros as f64 / 1e6;
    if micros > 0 && dollars < 0.1 { format!("${dollars:.4}") } else { format!("${dollars:.2}") }
}
