//! Who shares nodes with whom: the pools of a node class, and the workloads on a pool.

use std::collections::{BTreeMap, BTreeSet};

use super::{Effect, Verdict, label, node_pool};
use crate::diff::Object;
use crate::json::Value;

/// Names that are told before the rest is counted.
const NAMED: usize = 3;

/// The node pools, node classes and workloads of one side.
#[derive(Debug, Default)]
pub(super) struct Nodes<'a> {
    /// By environment and class: the pools, and whether their budgets hold drifted nodes back.
    pools: BTreeMap<(&'a str, &'a str), Vec<(&'a str, bool)>>,
    /// By environment and pool.
    workloads: BTreeMap<(&'a str, &'a str), BTreeSet<String>>,
}

impl<'a> Nodes<'a> {
    pub(super) fn new(objects: &[Object<'a>]) -> Self {
        let mut nodes = Self::default();
        for object in objects {
            match object.kind() {
                "NodePool" => {
                    let class = object.value.pointer("/spec/template/spec/nodeClassRef/name").and_then(Value::as_str);
                    let key = (object.environment, class.unwrap_or_default());
                    let held = node_pool::holds_drift(object.value);
                    nodes.pools.entry(key).or_default().push((object.name(), held));
                }
                "RayCluster" | "RayService" | "RayJob" | "RayCronJob" => {
                    for pool in selected_pools(object.value) {
                        nodes.workloads.entry((object.environment, pool)).or_default().insert(label(object));
                    }
                }
                _ => {}
            }
        }
        nodes
    }

    /// The effect on a node class. Its nodes roll pool by pool, and not at all where every pool holds them.
    pub(super) fn of_class(&self, mut effect: Effect, class: &Object<'_>) -> Effect {
        let pools = self.pools.get(&(class.environment, class.name())).filter(|_| effect.verdict == Verdict::Roll);
        let Some(pools) = pools else { return effect };
        if pools.iter().all(|(_, held)| *held) {
            effect.verdict = Verdict::Pending;
            effect.reason.push_str("; those of its pools are 0 for `Drifted`, so nodes stay until they are empty");
        }
        let names = listed(pools.iter().map(|(name, _)| *name));
        effect.reason = format!("{}; its node pools: {names}", effect.reason);
        effect
    }

    /// The effect on a node pool, with the workloads whose pods are on its nodes.
    pub(super) fn of_pool(&self, mut effect: Effect, pool: &Object<'_>) -> Effect {
        let workloads = self.workloads.get(&(pool.environment, pool.name()));
        if let Some(workloads) = workloads.filter(|_| matches!(effect.verdict, Verdict::Roll | Verdict::Drain)) {
            let labels = listed(workloads.iter().map(String::as_str));
            effect.reason = format!("{}; on them run pods of {labels}", effect.reason);
        }
        effect
    }
}

/// The pools that pods of a Ray cluster select, wherever in the object its spec stands.
fn selected_pools(value: &Value) -> Vec<&str> {
    match value {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(key, below)| match below["karpenter.sh/nodepool"].as_str() {
                Some(pool) if key == "nodeSelector" => vec![pool],
                _ => selected_pools(below),
            })
            .collect(),
        Value::Array(items) => items.iter().flat_map(selected_pools).collect(),
        _ => Vec::new(),
    }
}

/// "`a`, `b`, `c` and 4 more".
fn listed<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    let number = names.len();
    let shown = names.take(NAMED).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    if number > NAMED { format!("{shown} and {} more", number - NAMED) } else { shown }
}
