//! Topology spread of a group's pods.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::TopologySpreadConstraint;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;

use super::Places;
use super::metadata;
use crate::resolve::{Group, Workload};
use crate::spec::Spread;

/// KubeRay's label with the Ray cluster's name (`utils/constant.go`, RayClusterLabelKey).
const CLUSTER: &str = "ray.io/cluster";
/// KubeRay's label with the worker group's name (`utils/constant.go`, RayNodeGroupLabelKey).
const GROUP: &str = "ray.io/group";

/// Heads have none: the spec offers the key to worker groups alone.
pub(super) fn constraints(workload: &Workload, group: &Group) -> Option<Vec<TopologySpreadConstraint>> {
    let usual = |topology_key: &str| TopologySpreadConstraint {
        max_skew: 1,
        topology_key: topology_key.to_owned(),
        when_unsatisfiable: "ScheduleAnyway".to_owned(),
        ..TopologySpreadConstraint::default()
    };
    let constraints = match group.spread.as_ref()? {
        Spread::Over(domain) => vec![usual(domain.topology_key())],
        Spread::Constraints(constraints) => constraints
            .iter()
            .map(|constraint| TopologySpreadConstraint {
                max_skew: constraint.max_skew,
                when_unsatisfiable: constraint.when_unsatisfiable.as_str().to_owned(),
                min_domains: constraint.min_domains,
                ..usual(&constraint.topology_key)
            })
            .collect(),
    };
    // During an upgrade a RayService has two clusters: the old one's pods must not count for the new one's, and no
    // selector knows the generated names.
    let of_one_cluster = |constraint| TopologySpreadConstraint {
        label_selector: Some(LabelSelector {
            match_labels: Some(own_pods(workload, group)),
            ..LabelSelector::default()
        }),
        match_label_keys: Some(vec![CLUSTER.to_owned()]),
        ..constraint
    };
    Some(constraints.into_iter().map(of_one_cluster).collect())
}

/// The group's own pods: another group's size and nodes are nothing to even out.
fn own_pods(workload: &Workload, group: &Group) -> BTreeMap<String, String> {
    let mut labels = metadata::pods_of(workload, "worker");
    labels.insert(GROUP.to_owned(), group.name.clone());
    labels
}

/// Which keys of the spec made which constraint.
pub(super) fn add_places(places: &mut Places, spec: &str, group: &Group) {
    let (pointer, path) = (format!("{spec}/topologySpreadConstraints"), group.path.join("spread"));
    if let Some(Spread::Constraints(constraints)) = &group.spread {
        for index in 0..constraints.len() {
            let path = path.join(&index.to_string());
            let pointer = format!("{pointer}/{index}");
            for (field, key) in [
                ("topologyKey", "topology-key"),
                ("maxSkew", "max-skew"),
                ("whenUnsatisfiable", "when-unsatisfiable"),
                ("minDomains", "min-domains"),
            ] {
                places.add(format!("{pointer}/{field}"), path.join(key));
            }
            places.add(pointer, path);
        }
    }
    if group.spread.is_some() {
        places.add(pointer, path);
    }
}
