//! ResourceQuota and LimitRange of a team's Namespace.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{LimitRange, LimitRangeItem, LimitRangeSpec, ResourceQuota, ResourceQuotaSpec};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

use super::metadata::Metadata;
use super::{Manifest, Places, Scope};
use crate::resolve::SpecPath;
use crate::spec;

/// The quota. Of extended resources only requests can be counted (Kubernetes `resourcequota`, `requests.*`). Limits of
/// CPUs are not: what people start by hand would then need one.
pub(super) fn resource_quota(scope: &Scope<'_>, quota: &spec::Quota) -> Manifest {
    let path = SpecPath::new(["quota"]);
    let mut places = Places::new(path.clone());
    let mut hard = BTreeMap::new();
    let mut add = |resource: &str, key: &str, amount: Option<String>| {
        let Some(amount) = amount else { return };
        hard.insert(resource.to_owned(), Quantity(amount));
        places.add(pointer(resource), path.join(key));
    };
    let amount = |amount: &Option<spec::Quantity>| amount.as_ref().map(ToString::to_string);
    let count = |count: Option<u32>| count.map(|count| count.to_string());
    add("requests.cpu", "cpu", amount(&quota.cpu));
    add("requests.memory", "memory", amount(&quota.memory));
    add("limits.memory", "memory", amount(&quota.memory));
    add("requests.nvidia.com/gpu", "gpus", count(quota.gpus));
    add("requests.ephemeral-storage", "ephemeral-storage", amount(&quota.ephemeral_storage));
    add("requests.storage", "storage", amount(&quota.storage));
    add("persistentvolumeclaims", "persistent-volume-claims", count(quota.persistent_volume_claims));
    add("pods", "pods", count(quota.pods));
    add("count/rayclusters.ray.io", "clusters", count(quota.clusters));
    add("count/rayservices.ray.io", "services", count(quota.services));
    add("count/rayjobs.ray.io", "jobs", count(quota.jobs));
    add("services.loadbalancers", "load-balancers", count(quota.load_balancers));
    for (resource, amount) in quota.hard.iter().flatten() {
        hard.insert(resource.clone(), Quantity(amount.to_string()));
        places.add(pointer(resource), path.join("hard").join(resource));
    }
    let object = ResourceQuota {
        metadata: Metadata::of_team(scope.team, scope.team.name.clone()).into(),
        spec: Some(ResourceQuotaSpec { hard: Some(hard), ..ResourceQuotaSpec::default() }),
        ..ResourceQuota::default()
    };
    scope.manifest(object, places)
}

fn pointer(resource: &str) -> String {
    format!("/spec/hard/{}", resource.replace('~', "~0").replace('/', "~1"))
}

/// Bounds and defaults of containers.
pub(super) fn limit_range(scope: &Scope<'_>, range: &spec::LimitRange) -> Manifest {
    let path = SpecPath::new(["limit-range"]);
    let mut places = Places::new(path.clone());
    for (field, key) in [("defaultRequest", "default-request"), ("default", "default"), ("min", "min"), ("max", "max")]
    {
        places.add(format!("/spec/limits/0/{field}"), path.join(key));
    }
    let object = LimitRange {
        metadata: Metadata::of_team(scope.team, scope.team.name.clone()).into(),
        spec: Some(LimitRangeSpec {
            limits: vec![LimitRangeItem {
                type_: "Container".to_owned(),
                default_request: amounts(range.default_request.as_ref()),
                default: amounts(range.default.as_ref()),
                min: amounts(range.min.as_ref()),
                max: amounts(range.max.as_ref()),
                ..LimitRangeItem::default()
            }],
        }),
    };
    scope.manifest(object, places)
}

fn amounts(amounts: Option<&spec::Amounts>) -> Option<BTreeMap<String, Quantity>> {
    let amounts = amounts?;
    let named = [("cpu", &amounts.cpu), ("memory", &amounts.memory)];
    let set =
        named.into_iter().filter_map(|(name, amount)| Some((name.to_owned(), Quantity(amount.as_ref()?.to_string()))));
    Some(set.collect::<BTreeMap<_, _>>()).filter(|amounts| !amounts.is_empty())
}
