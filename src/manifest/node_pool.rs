//! NodePool (`karpenter.sh/v1`).

use std::collections::BTreeMap;

use serde::Serialize;

use super::metadata::Metadata;
use super::{Manifest, Places, Scope, to_value};
use crate::resolve::{Instances, NodePool, SharedPool};
use crate::spec::{Budget, Consolidation, Operator, Reason, Taint};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Object {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata,
    spec: Spec,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Spec {
    #[serde(skip_serializing_if = "Option::is_none")]
    weight: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    replicas: Option<i64>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    limits: BTreeMap<String, String>,
    disruption: Disruption,
    template: Template,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Disruption {
    consolidation_policy: Consolidation,
    consolidate_after: String,
    budgets: Vec<Budget>,
}

/// Everything in here but the requirements is in Karpenter's drift hash: what changes without need rolls every node.
#[derive(Serialize)]
struct Template {
    #[serde(skip_serializing_if = "TemplateMetadata::is_empty")]
    metadata: TemplateMetadata,
    spec: TemplateSpec,
}

#[derive(Serialize)]
struct TemplateMetadata {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    labels: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    annotations: BTreeMap<String, String>,
}

impl TemplateMetadata {
    fn is_empty(&self) -> bool {
        self.labels.is_empty() && self.annotations.is_empty()
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TemplateSpec {
    node_class_ref: NodeClassRef,
    requirements: Vec<Requirement>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    taints: Vec<Taint>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    startup_taints: Vec<Taint>,
    expire_after: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    termination_grace_period: Option<String>,
}

#[derive(Serialize)]
struct NodeClassRef {
    group: &'static str,
    kind: &'static str,
    name: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Requirement {
    key: String,
    operator: Operator,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    values: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_values: Option<i32>,
}

pub(super) fn of_group(scope: &Scope<'_>, pool: &NodePool) -> Manifest {
    scope.manifest(object(Some(&scope.team.name), pool), places(pool))
}

pub(super) fn of_shared(shared: &SharedPool) -> Manifest {
    Manifest {
        environment: shared.environment.clone(),
        team: None,
        workload: None,
        object: to_value(object(None, &shared.pool)),
        values: shared.values.clone(),
        places: places(&shared.pool),
    }
}

fn object(team: Option<&str>, pool: &NodePool) -> Object {
    let settings = &pool.settings;
    let gpu = pool.instances.gpu.is_some();
    let text = |duration: &Option<crate::spec::KarpenterDuration>| duration.as_ref().map(ToString::to_string);
    // 720h is Karpenter's own default, written out because it is in the drift hash.
    let expire_after = text(&settings.expire_after).unwrap_or_else(|| "720h".to_owned());
    // Without a bound a node that waits for a busy worker would wait for ever; on a node that never expires there is
    // nothing to bound, and a bound makes drift ignore `do-not-disrupt` (karpenter.md §5.1).
    let grace =
        text(&settings.termination_grace_period).or_else(|| (expire_after != "Never").then(|| "24h".to_owned()));
    Object {
        api_version: "karpenter.sh/v1",
        kind: "NodePool",
        metadata: Metadata::of_cluster_scoped(team, &pool.name, &pool.labels, &pool.annotations),
        spec: Spec {
            weight: settings.weight,
            replicas: settings.replicas,
            limits: limits(settings.limits.as_ref()),
            disruption: Disruption {
                consolidation_policy: settings.consolidation.unwrap_or(Consolidation::WhenEmpty),
                // GPU nodes take longer to come back, and their images longer to pull.
                consolidate_after: text(&settings.consolidate_after)
                    .unwrap_or_else(|| if gpu { "10m" } else { "5m" }.to_owned()),
                budgets: settings.budgets.clone().unwrap_or_else(|| budgets(settings.consolidation)),
            },
            template: Template {
                metadata: TemplateMetadata {
                    labels: settings.labels.clone().unwrap_or_default(),
                    annotations: settings.annotations.clone().unwrap_or_default(),
                },
                spec: TemplateSpec {
                    node_class_ref: NodeClassRef {
                        group: "karpenter.k8s.aws",
                        kind: "EC2NodeClass",
                        name: pool.class.clone(),
                    },
                    requirements: requirements(&pool.instances),
                    taints: pool.taints.clone(),
                    startup_taints: settings.startup_taints.clone().unwrap_or_default(),
                    expire_after,
                    termination_grace_period: grace.filter(|grace| grace != "Never"),
                },
            },
        },
    }
}

/// As strings, which no reader turns into other numbers.
fn limits(limits: Option<&BTreeMap<String, crate::spec::Quantity>>) -> BTreeMap<String, String> {
    limits.into_iter().flatten().map(|(resource, amount)| (resource.clone(), amount.to_string())).collect()
}

/// Empty nodes may all go at once; a drifted one is drained, so one at a time. `WhenEmpty` does not stop drift, and no
/// budget for a reason means no bound (Karpenter `nodepool.go`, GetAllowedDisruptionsByReason).
fn budgets(consolidation: Option<Consolidation>) -> Vec<Budget> {
    let budget = |nodes: &str, reason| Budget {
        nodes: nodes.to_owned(),
        reasons: Some(vec![reason]),
        schedule: None,
        duration: None,
    };
    let mut budgets = vec![budget("100%", Reason::Empty), budget("1", Reason::Drifted)];
    if consolidation.is_some_and(|policy| policy != Consolidation::WhenEmpty) {
        budgets.push(budget("1", Reason::Underutilized));
    }
    budgets
}

fn requirements(instances: &Instances) -> Vec<Requirement> {
    let mut requirements = Vec::new();
    let mut add = |key: &str, operator, values: Vec<String>| {
        requirements.push(Requirement { key: key.to_owned(), operator, values, min_values: None });
    };
    let capacity_types = instances.capacity_types.iter().map(|capacity| capacity.as_str().to_owned()).collect();
    add("karpenter.sh/capacity-type", Operator::In, capacity_types);
    add("kubernetes.io/arch", Operator::In, vec![instances.arch.as_str().to_owned()]);
    add("kubernetes.io/os", Operator::In, vec!["linux".to_owned()]);
    add("topology.kubernetes.io/zone", Operator::In, instances.zones.clone());
    for (key, values) in [
        ("node.kubernetes.io/instance-type", &instances.types),
        ("karpenter.k8s.aws/instance-family", &instances.families),
        ("karpenter.k8s.aws/instance-size", &instances.sizes),
    ] {
        if !values.is_empty() {
            add(key, Operator::In, values.clone());
        }
    }
    if let Some(gpu) = &instances.gpu {
        match &gpu.model {
            Some(model) => add("karpenter.k8s.aws/instance-gpu-name", Operator::In, vec![model.clone()]),
            None => add("karpenter.k8s.aws/instance-gpu-manufacturer", Operator::In, vec!["nvidia".to_owned()]),
        }
        // Without it one pod could launch eight GPUs, and limits would count all of them.
        add("karpenter.k8s.aws/instance-gpu-count", Operator::In, vec![gpu.count.to_string()]);
    } else if instances.types.is_empty() && instances.families.is_empty() {
        // Karpenter's own examples: families for general use, none that is older than 2019's (generation 5).
        add("karpenter.k8s.aws/instance-category", Operator::In, vec!["c".into(), "m".into(), "r".into()]);
        add("karpenter.k8s.aws/instance-generation", Operator::Gt, vec!["4".to_owned()]);
    }
    // `Gt` and `Lt`, because `Gte` and `Lte` came with Karpenter 1.9.
    if let Some((least, most)) = instances.cpus {
        add("karpenter.k8s.aws/instance-cpu", Operator::Gt, vec![(least - 1).to_string()]);
        add("karpenter.k8s.aws/instance-cpu", Operator::Lt, vec![(most + 1).to_string()]);
    }
    requirements.extend(instances.requirements.iter().map(|own| Requirement {
        key: own.key.clone(),
        operator: own.operator,
        values: own.values.clone(),
        min_values: own.min_values,
    }));
    requirements
}

fn places(pool: &NodePool) -> Places {
    let settings = pool.path.join("node-pool");
    let mut places = Places::new(pool.path.clone());
    for (pointer, key) in [
        ("/spec/weight", "weight"),
        ("/spec/replicas", "replicas"),
        ("/spec/limits", "limits"),
        ("/spec/disruption/consolidationPolicy", "consolidation"),
        ("/spec/disruption/consolidateAfter", "consolidate-after"),
        ("/spec/disruption/budgets", "budgets"),
        ("/spec/template/metadata/labels", "labels"),
        ("/spec/template/metadata/annotations", "annotations"),
        ("/spec/template/spec/taints", "taints"),
        ("/spec/template/spec/startupTaints", "startup-taints"),
        ("/spec/template/spec/expireAfter", "expire-after"),
        ("/spec/template/spec/terminationGracePeriod", "termination-grace-period"),
    ] {
        places.add(pointer, settings.join(key));
    }
    places.add("/metadata/labels", pool.path.join("labels"));
    places.add("/metadata/annotations", pool.path.join("annotations"));
    let own = pool.instances.requirements.len();
    let derived = requirements(&pool.instances).len() - own;
    for index in 0..own {
        let path = pool.path.join("requirements").join(&index.to_string());
        places.add(format!("/spec/template/spec/requirements/{}", derived + index), path);
    }
    for (index, requirement) in requirements(&pool.instances).iter().take(derived).enumerate() {
        let key = match requirement.key.rsplit('/').next() {
            Some("capacity-type") => "capacity-type",
            Some("arch" | "os") => "arch",
            Some("zone") => "zones",
            Some("instance-type") => "instance-types",
            Some("instance-family") => "instance-families",
            Some("instance-size") => "instance-sizes",
            Some("instance-cpu") => "cpu",
            _ => "gpu",
        };
        places.add(format!("/spec/template/spec/requirements/{index}"), pool.path.join(key));
    }
    places
}
