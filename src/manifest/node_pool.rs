//! NodePool (`karpenter.sh/v1`).

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use super::metadata::Metadata;
use super::{Manifest, Places, Scope, to_value};
use crate::fit::{self, NodeClass};
use crate::resolve::{Environment, NodePool, SharedPool};
use crate::spec::{self, Budget, Consolidation, Operator, Quantity, Reason, Taint};

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

impl From<spec::Requirement> for Requirement {
    fn from(requirement: spec::Requirement) -> Self {
        let spec::Requirement { key, operator, values, min_values } = requirement;
        Self { key, operator, values, min_values }
    }
}

/// The pool of a head or worker group whose pods take at most `nodes` nodes, one each.
pub(super) fn of_group(scope: &Scope<'_>, pool: &Arc<NodePool>, nodes: u64) -> Manifest {
    let requirements = pool.instances.requirements();
    let limits = match &pool.settings.limits {
        Some(limits) => written(limits),
        None => whole_nodes(&scope.team.environment, pool, &requirements, nodes),
    };
    let object = object(Some(&scope.team.name), pool, requirements, limits);
    let pool = Arc::clone(pool);
    scope.manifest(object, Places::later(pool.path.clone(), move |places| add_places(places, &pool)))
}

pub(super) fn of_shared(shared: &SharedPool) -> Manifest {
    let mut places = Places::new(shared.pool.path.clone());
    add_places(&mut places, &shared.pool);
    Manifest {
        environment: shared.environment.clone(),
        team: None,
        workload: None,
        // How many pods come to a shared pool is not known.
        object: to_value(object(
            None,
            &shared.pool,
            shared.pool.instances.requirements(),
            shared.pool.settings.limits.as_ref().map(written).unwrap_or_default(),
        )),
        values: shared.values.clone(),
        places,
    }
}

fn object(
    team: Option<&str>,
    pool: &NodePool,
    requirements: Vec<spec::Requirement>,
    limits: BTreeMap<String, String>,
) -> Object {
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
            limits,
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
                    requirements: requirements.into_iter().map(Requirement::from).collect(),
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
fn written(limits: &BTreeMap<String, Quantity>) -> BTreeMap<String, String> {
    limits.iter().map(|(resource, amount)| (resource.clone(), amount.to_string())).collect()
}

/// Limits that stop a runaway and nothing else: that many whole nodes of the largest type, for Karpenter compares limits
/// with capacity and, of several types that fit, counts the largest until the node is there (core
/// `scheduling/scheduler.go`, subtractMax). None where a type is not known, and none for a fixed number of nodes, where
/// only `nodes` may be limited.
fn whole_nodes(
    environment: &Environment,
    pool: &NodePool,
    requirements: &[spec::Requirement],
    nodes: u64,
) -> BTreeMap<String, String> {
    if pool.settings.replicas.is_some() {
        return BTreeMap::new();
    }
    let class = NodeClass::of_settings(environment, &pool.settings);
    let requirements = requirements.iter().map(fit::Requirement::of_spec);
    let choice = fit::choice(&environment.catalog, requirements, class.family);
    let limits = fit::whole_nodes(&environment.catalog, &choice, nodes, pool.instances.gpu.is_some());
    limits.into_iter().flatten().map(|(resource, amount)| (resource.name().to_owned(), amount)).collect()
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

fn add_places(places: &mut Places, pool: &NodePool) {
    let settings = pool.path.join("node-pool");
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
    let requirements = pool.instances.requirements();
    let own = pool.instances.requirements.len();
    let derived = requirements.len() - own;
    for index in 0..own {
        let path = pool.path.join("requirements").join(&index.to_string());
        places.add(format!("/spec/template/spec/requirements/{}", derived + index), path);
    }
    for (index, requirement) in requirements.iter().take(derived).enumerate() {
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
}
