//! Heads and worker groups of everything that is looked at, each on the pools that it may use.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::candidates::{Candidates, Requirement, allowed, choice};
use super::node_class::NodeClass;
use super::offer::{Offer, Settings, offers as offers_of};
use super::placement::Placement;
use super::pod::{Need, need};
use super::resources::Resources;
use crate::instances::{Catalog, Set, normalized};
use crate::json::Value;
use crate::lint::{Object, Pod, RayCluster, Subject, mismatched_label, tolerates};

/// The label that Karpenter puts on a pool's nodes.
const NODE_POOL: &str = "karpenter.sh/nodepool";

/// A NodePool and what it may launch.
#[derive(Clone, Debug)]
pub struct Pool<'a> {
    /// The NodePool.
    pub object: Object<'a>,
    /// What its EC2NodeClass says that counts; of one that is not there, nothing.
    pub class: NodeClass,
    /// What it may launch.
    pub candidates: Arc<Candidates>,
    /// How its cluster runs Karpenter.
    pub settings: Settings,
}

/// A head or worker group, and where it may run.
#[derive(Clone, Debug)]
pub struct GroupFit<'a> {
    /// The Ray cluster.
    pub cluster: RayCluster<'a>,
    /// The pod template.
    pub pod: Pod<'a>,
    /// What one pod takes.
    pub need: Need,
    /// Pods at the least and at most, with all hosts of a replica.
    pub pods: (u64, u64),
    /// Whether the pods name their pool; those that do not go wherever they may.
    pub named: bool,
    /// The pools that the pods name, by index, and what their types do. For pods that name none, the first pool that takes
    /// them, or one that comes near.
    pub placements: Vec<(usize, Placement)>,
}

/// Every group on every pool.
#[derive(Debug)]
pub struct Fits<'a> {
    /// The instance types.
    pub catalog: Arc<Catalog>,
    /// The pools, in the order of the objects.
    pub pools: Vec<Pool<'a>>,
    /// Heads and worker groups, in the order of the objects.
    pub groups: Vec<GroupFit<'a>>,
}

impl<'a> Fits<'a> {
    /// Looks at all pools and groups.
    pub fn of(subject: &Subject<'a>) -> Self {
        let catalog = Arc::clone(&subject.catalog);
        let mut pools = pools(subject, &catalog);
        count_daemonsets(subject, &mut pools);
        let mut by_environment: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, pool) in pools.iter().enumerate() {
            by_environment.entry(pool.object.environment_name).or_default().push(index);
        }
        let by_name: BTreeMap<(&str, &str), usize> = pools
            .iter()
            .enumerate()
            .map(|(index, pool)| ((pool.object.environment_name, pool.object.name()), index))
            .collect();
        let mut groups = Vec::new();
        for object in &subject.objects {
            let environment = object.environment_name;
            for cluster in object.ray_clusters() {
                for pod in object.pods() {
                    let Some(pods) = size(&cluster, &pod) else { continue };
                    let (names, need) = (named_pools(&pod), need(&pod, Some(&cluster)));
                    let own = selected_types(&catalog, &pod);
                    let on = |index: usize| {
                        let pool = &pools[index];
                        let candidates = Arc::clone(&pool.candidates);
                        (index, Placement::new(candidates, &need, own.as_ref(), pool.settings.daemonsets))
                    };
                    let placements = if let Some(names) = &names {
                        names.iter().filter_map(|name| by_name.get(&(environment, name)).copied()).map(on).collect()
                    } else {
                        let all = by_environment.get(environment).map_or(&[][..], Vec::as_slice);
                        let taking: Vec<usize> =
                            all.iter().copied().filter(|index| takes(&pools[*index], &pod)).collect();
                        anywhere(&pools, &taking, &need, own.as_ref()).into_iter().map(on).collect()
                    };
                    groups.push(GroupFit { cluster, pod, need, pods, named: names.is_some(), placements });
                }
            }
        }
        Self { catalog, pools, groups }
    }
}

/// The pool that a pod may go to which names none: the first with a type that takes it, or else the first that has the
/// devices it asks for, or the first of all. There may be hundreds of pools, so each type is looked at once for all that
/// offer the same.
fn anywhere(pools: &[Pool<'_>], taking: &[usize], need: &Need, own: Option<&Set>) -> Option<usize> {
    let mut tried: HashMap<(*const Offer, Resources), Set> = HashMap::new();
    let mut with_devices = None;
    for index in taking.iter().copied() {
        let Pool { candidates, settings, .. } = &pools[index];
        let types = &candidates.choice.types;
        let key = (candidates.offers().as_ptr(), settings.daemonsets);
        let tried = tried.entry(key).or_insert_with(|| types.none());
        let mut fresh = types.clone();
        fresh.intersect(&tried.complement());
        if let Some(own) = own {
            fresh.intersect(own);
        }
        tried.unite(types);
        for offer in fresh.iter().map(|position| candidates.offer(position)) {
            let free = offer.allocatable.without(settings.daemonsets);
            if need.unknown.is_empty() && need.resources.fits(&free) {
                return Some(index);
            }
            let mut devices = need.resources.some().filter(|(resource, _)| resource.is_device());
            if with_devices.is_none() && devices.all(|(resource, amount)| amount <= free.get(resource)) {
                with_devices = Some(index);
            }
        }
    }
    with_devices.or(taking.first().copied())
}

fn pools<'a>(subject: &Subject<'a>, catalog: &Catalog) -> Vec<Pool<'a>> {
    let classes: BTreeMap<(&str, &str), NodeClass> = subject
        .of_kind("EC2NodeClass")
        .map(|class| ((class.environment_name, class.name()), NodeClass::of_object(class.value)))
        .collect();
    let mut settings: BTreeMap<&str, Settings> = BTreeMap::new();
    // Many teams' pools have the same requirements, and many classes offer the same.
    let mut known: HashMap<(&Value, NodeClass, Settings), Arc<Candidates>> = HashMap::new();
    let mut known_offers: HashMap<(NodeClass, Settings), Arc<[Offer]>> = HashMap::new();
    let mut pools = Vec::new();
    for object in subject.of_kind("NodePool") {
        let environment = object.environment_name;
        let settings = *settings
            .entry(environment)
            .or_insert_with(|| object.environment.map_or_else(Settings::default, Settings::of_environment));
        let name = object.text("/spec/template/spec/nodeClassRef/name");
        let class = classes.get(&(environment, name)).cloned().unwrap_or_else(NodeClass::unknown);
        let requirements = object.get("/spec/template/spec/requirements").unwrap_or(&Value::Null);
        let candidates = known.entry((requirements, class.clone(), settings)).or_insert_with(|| {
            let list = requirements.as_array().into_iter().flatten().map(Requirement::of_object);
            let offers = known_offers.entry((class.clone(), settings));
            let offers = offers.or_insert_with(|| offers_of(catalog, &class, &settings));
            Arc::new(Candidates::new(choice(catalog, list, class.family), Arc::clone(offers)))
        });
        pools.push(Pool { object: *object, class, candidates: Arc::clone(candidates), settings });
    }
    pools
}

/// DaemonSets that are looked at run on every node of a pool whose taints they tolerate, as Karpenter counts them (core
/// `scheduling/scheduler.go`, getDaemonOverhead, v1.14).
fn count_daemonsets(subject: &Subject<'_>, pools: &mut [Pool<'_>]) {
    for pod in subject.of_kind("DaemonSet").flat_map(Object::pods) {
        let resources = need(&pod, None).resources;
        for pool in pools.iter_mut().filter(|pool| pool.object.environment_name == pod.object.environment_name) {
            if takes(pool, &pod) {
                pool.settings.daemonsets = pool.settings.daemonsets.and(resources);
            }
        }
    }
}

/// Pods of the group that a pod template belongs to, at the least and at most; `None` for pods that are not Ray's. A job's
/// cluster is not always there, nor is one that is suspended.
fn size(cluster: &RayCluster<'_>, pod: &Pod<'_>) -> Option<(u64, u64)> {
    let transient = matches!(pod.object.kind(), "RayJob" | "RayCronJob")
        || cluster.get("/suspend").and_then(Value::as_bool).unwrap_or(false);
    let (least, most) = match pod.role {
        "head" => (1, 1),
        "worker" => {
            let group = pod.pointer.strip_prefix(cluster.pointer)?.strip_suffix("/template")?;
            let group = cluster.get(group)?;
            let number = |key: &str| group.get(key).and_then(Value::as_u64);
            let hosts = number("numOfHosts").unwrap_or(1).max(1);
            let least = number("minReplicas").unwrap_or(0);
            // KubeRay's own default is the greatest 32-bit integer (`ray.io_rayclusters.yaml`, v1.7).
            let most = number("maxReplicas").unwrap_or(u64::from(i32::MAX.unsigned_abs()));
            let (least, most) = if cluster.autoscaling() {
                (least, most)
            } else {
                let replicas = number("replicas").unwrap_or(least).clamp(least, most.max(least));
                (replicas, replicas)
            };
            (least.saturating_mul(hosts), most.saturating_mul(hosts))
        }
        _ => return None,
    };
    Some((if transient { 0 } else { least }, most))
}

/// Names of the pools that a pod selects by the label of their nodes.
fn named_pools<'a>(pod: &Pod<'a>) -> Option<Vec<&'a str>> {
    let selected = pod.get("/spec/nodeSelector").and_then(|selector| selector.get(NODE_POOL)?.as_str());
    if let Some(name) = selected {
        return Some(vec![name]);
    }
    let terms = affinity_terms(pod);
    let named: Vec<&str> = terms
        .iter()
        .flat_map(|term| term.iter())
        .filter(|expression| expression.key == NODE_POOL && expression.operator == "In")
        .flat_map(|expression| expression.values.iter().copied())
        .collect();
    (!named.is_empty()).then_some(named)
}

/// The terms of required node affinity, of which one must hold.
fn affinity_terms<'a>(pod: &Pod<'a>) -> Vec<Vec<Requirement<'a>>> {
    let terms = pod.get("/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms");
    let expressions = |term: &'a Value| {
        let list = term["matchExpressions"].as_array().into_iter().flatten();
        list.map(Requirement::of_object).collect()
    };
    terms.and_then(Value::as_array).into_iter().flatten().map(expressions).collect()
}

/// The instance types that the pod's own selector and affinity leave; `None` where they leave all.
fn selected_types(catalog: &Catalog, pod: &Pod<'_>) -> Option<Set> {
    let mut found: Option<Set> = None;
    let mut narrow = |set: Set| match &mut found {
        Some(found) => found.intersect(&set),
        None => found = Some(set),
    };
    let selector = pod.get("/spec/nodeSelector").and_then(Value::as_object).into_iter().flatten();
    for (key, value) in selector {
        let Some(value) = value.as_str() else { continue };
        let requirement = Requirement { key: normalized(key), operator: "In", values: vec![value], min_values: None };
        if let Some(set) = allowed(catalog, &requirement) {
            narrow(set);
        }
    }
    let terms = affinity_terms(pod);
    if !terms.is_empty() {
        let mut any = Set::empty(catalog.types().len());
        for term in &terms {
            let mut all = catalog.all();
            for set in term.iter().filter_map(|expression| allowed(catalog, expression)) {
                all.intersect(&set);
            }
            any.unite(&all);
        }
        narrow(any);
    }
    found
}

/// Whether a pod that names no pool may come to this one: it tolerates all taints, and the nodes can have its labels.
fn takes(pool: &Pool<'_>, pod: &Pod<'_>) -> bool {
    let taints = pool.object.get("/spec/template/spec/taints").and_then(Value::as_array);
    let repelled = |taint: &Value| taint["effect"] != "PreferNoSchedule" && !tolerates(pod, taint);
    if taints.into_iter().flatten().any(repelled) {
        return false;
    }
    let selector = pod.get("/spec/nodeSelector").and_then(Value::as_object).into_iter().flatten();
    selector
        .filter_map(|(key, value)| Some((key, value.as_str()?)))
        .all(|(key, value)| mismatched_label(&pool.object, key, value).is_none())
}
