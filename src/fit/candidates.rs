//! Which instance types a NodePool may launch, found by the labels of its requirements.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::node_class::{AmiFamily, NodeClass};
use super::offer::Offer;
use crate::instances::{Catalog, FAMILY, INSTANCE_TYPE, Set, normalized};
use crate::json::Value;
use crate::resolve::{Environment, Instances};
use crate::spec;

/// A requirement of a NodePool, or what a pod's selector comes to.
#[derive(Clone, Debug)]
pub struct Requirement<'a> {
    /// The node label.
    pub key: &'a str,
    /// As Kubernetes writes it.
    pub operator: &'a str,
    /// Values to compare with.
    pub values: Vec<&'a str>,
    /// Least number of different values among the types to launch.
    pub min_values: Option<u64>,
}

impl<'a> Requirement<'a> {
    /// Of a NodePool's object or a node affinity.
    pub fn of_object(value: &'a Value) -> Self {
        Self {
            key: normalized(value["key"].as_str().unwrap_or_default()),
            operator: value["operator"].as_str().unwrap_or_default(),
            values: value["values"].as_array().into_iter().flatten().filter_map(Value::as_str).collect(),
            min_values: value["minValues"].as_u64(),
        }
    }

    /// Of a spec.
    pub fn of_spec(spec: &'a spec::Requirement) -> Self {
        Self {
            key: normalized(&spec.key),
            operator: spec.operator.as_str(),
            values: spec.values.iter().map(String::as_str).collect(),
            min_values: spec.min_values.and_then(|least| u64::try_from(least).ok()),
        }
    }
}

/// What a pool's requirements leave.
#[derive(Clone, Debug)]
pub struct Choice {
    /// The instance types.
    pub types: Set,
    /// Types and families that requirements name and the catalogue lacks, so that there may be more.
    pub unknown: Vec<String>,
    /// Whether requirements name types or families, so that nothing else is meant.
    pub named: bool,
    /// The zones that requirements name.
    pub zones: Option<Vec<String>>,
    /// The capacity types.
    pub capacity_types: Vec<&'static str>,
    /// Labels of which the types to launch must have several values.
    pub min_values: Vec<(String, u64)>,
}

/// What a pool may launch, with what nodes of its class offer.
#[derive(Clone, Debug)]
pub struct Candidates {
    /// What the requirements leave.
    pub choice: Choice,
    /// What a node of every type offers, by the type's position. Pools whose classes offer the same share them.
    offers: Arc<[Offer]>,
}

impl Candidates {
    /// A choice, and what a node of every type of the catalogue offers.
    pub fn new(choice: Choice, offers: Arc<[Offer]>) -> Self {
        Self { choice, offers }
    }

    /// What a node of a type offers.
    pub fn offer(&self, position: usize) -> &Offer {
        &self.offers[position]
    }

    /// What nodes of all types offer.
    pub(super) fn offers(&self) -> &[Offer] {
        &self.offers
    }

    /// Positions and offers of the types that are left.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &Offer)> {
        self.choice.types.iter().map(|position| (position, &self.offers[position]))
    }

    /// Whether no type is left.
    pub fn is_empty(&self) -> bool {
        self.choice.types.is_empty()
    }
}

/// What requirements leave of all types on nodes of an AMI family.
pub fn choice<'a>(
    catalog: &Catalog,
    requirements: impl IntoIterator<Item = Requirement<'a>>,
    family: AmiFamily,
) -> Choice {
    let mut choice = Choice {
        types: catalog.all(),
        unknown: Vec::new(),
        named: false,
        zones: None,
        capacity_types: vec!["reserved", "spot", "on-demand"],
        min_values: Vec::new(),
    };
    // AL2023 does not run on the first Graviton (Karpenter provider `compatibility/compatibility.go`).
    let first_graviton = || Requirement { key: FAMILY, operator: "NotIn", values: vec!["a1"], min_values: None };
    let of_family = (family == AmiFamily::Al2023).then(first_graviton);
    for requirement in requirements.into_iter().chain(of_family) {
        choice.note(catalog, &requirement);
        if let Some(allowed) = allowed(catalog, &requirement) {
            choice.types.intersect(&allowed);
        }
    }
    choice
}

impl Choice {
    /// Of a pool of which only the specs are known.
    pub fn of_instances(environment: &Environment, instances: &Instances, class: &NodeClass) -> Self {
        let requirements = instances.requirements();
        choice(&environment.catalog, requirements.iter().map(Requirement::of_spec), class.family)
    }

    /// What a requirement says beside the types that it leaves.
    fn note(&mut self, catalog: &Catalog, requirement: &Requirement<'_>) {
        let Requirement { key, operator, values, .. } = requirement;
        if let Some(least) = requirement.min_values {
            self.min_values.push(((*key).to_owned(), least));
        }
        match (*key, *operator) {
            (INSTANCE_TYPE, "In") => {
                self.named = true;
                let unknown = values.iter().filter(|value| catalog.position(value).is_none());
                self.unknown.extend(unknown.map(|value| (*value).to_owned()));
            }
            (FAMILY, "In") => {
                self.named = true;
                let unknown = values.iter().filter(|value| !catalog.is_complete(value));
                self.unknown.extend(unknown.map(|value| (*value).to_owned()));
            }
            ("topology.kubernetes.io/zone", "In") => {
                let zones = values.iter().map(|zone| (*zone).to_owned());
                self.zones = Some(match self.zones.take() {
                    Some(old) => zones.filter(|zone| old.contains(zone)).collect(),
                    None => zones.collect(),
                });
            }
            ("karpenter.sh/capacity-type", "In") => self.capacity_types.retain(|each| values.contains(each)),
            ("karpenter.sh/capacity-type", "NotIn") => self.capacity_types.retain(|each| !values.contains(each)),
            _ => {}
        }
    }

    /// Whether a type that the catalogue lacks may be meant.
    pub fn may_be_more(&self) -> bool {
        !self.named || !self.unknown.is_empty()
    }
}

/// The types that one requirement leaves; `None` for a label that does not depend on the type (core
/// `pkg/scheduling/requirement.go`). A type that lacks a label fulfils `NotIn`.
pub fn allowed(catalog: &Catalog, requirement: &Requirement<'_>) -> Option<Set> {
    let values = catalog.by_label(requirement.key)?;
    let union = |sets: &mut dyn Iterator<Item = &Set>| {
        sets.fold(Set::empty(catalog.types().len()), |mut all, set| {
            all.unite(set);
            all
        })
    };
    let listed = || union(&mut requirement.values.iter().filter_map(|value| values.get(*value)));
    Some(match requirement.operator {
        "In" => listed(),
        "NotIn" => listed().complement(),
        "Exists" => union(&mut values.values()),
        "DoesNotExist" => union(&mut values.values()).complement(),
        operator => {
            // What is no requirement is for the schemas to say.
            let bound = requirement.values.first()?.parse::<i64>().ok()?;
            let within = match operator {
                "Gt" => |value, bound| value > bound,
                "Gte" => |value, bound| value >= bound,
                "Lt" => |value, bound| value < bound,
                "Lte" => |value, bound| value <= bound,
                _ => return None,
            };
            union(&mut bounded(values, move |value: i64| within(value, bound)))
        }
    })
}

fn bounded<'s>(
    values: &'s BTreeMap<String, Set>,
    within: impl Fn(i64) -> bool + 's,
) -> impl Iterator<Item = &'s Set> + 's {
    values.iter().filter(move |(value, _)| value.parse().is_ok_and(&within)).map(|(_, set)| set)
}
