//! Clusters that keep their state under one prefix of Redis.

use std::collections::BTreeMap;

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::{Check, Findings, Group, RayCluster, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "shared-redis-namespace",
    group: Group::Ray,
    summary: "two Ray clusters keep their state under the same prefix of Redis",
    severity: Severity::Error,
    page: include_str!("shared_redis_namespace.md"),
    check: Check::Everything(check),
};

const OPTION: &str = "/gcsFaultToleranceOptions/externalStorageNamespace";
const ANNOTATION: &str = "/metadata/annotations/ray.io~1external-storage-namespace";

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let mut owners: BTreeMap<[&str; 3], RayCluster<'_>> = BTreeMap::new();
    for cluster in subject.objects.iter().flat_map(crate::lint::Object::ray_clusters) {
        let object = cluster.object;
        let option = cluster.get(OPTION).and_then(Value::as_str).unwrap_or_default();
        let (namespace, place) = if option.is_empty() {
            (object.text(ANNOTATION), ANNOTATION.to_owned())
        } else {
            (option, cluster.at(OPTION))
        };
        if namespace.is_empty() {
            continue;
        }
        if object.kind() != "RayCluster" {
            let when = match object.kind() {
                "RayService" => "of an upgrade",
                "RayJob" => "of a retry",
                _ => "of the next run",
            };
            let message = format!(
                "the clusters of {} `{}` share the prefix `{namespace}` of Redis: the new one {when} reads the old one's state",
                object.kind(),
                object.name()
            );
            findings
                .object(&object, &place, message)
                .add_help("take it out: KubeRay then uses the UID of each RayCluster");
            continue;
        }
        let address = cluster.get("/gcsFaultToleranceOptions/redisAddress").and_then(Value::as_str);
        let Some(address) = address.filter(|address| !address.is_empty()) else { continue };
        let key = [object.environment_name, address, namespace];
        if let Some(other) = owners.insert(key, cluster) {
            let message = format!(
                "RayClusters `{}` and `{}` both keep their state under `{namespace}` of Redis `{address}`",
                other.object.name(),
                object.name()
            );
            findings
                .object(&object, &place, message)
                .add_label(other.object.span(&other.at(OPTION)), "the other one")
                .add_help("give each a prefix of its own, or none: KubeRay then uses the RayCluster's UID");
        }
    }
}
