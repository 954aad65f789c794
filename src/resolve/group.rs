//! Heads and worker groups: from merged values to pods and pools without holes.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::layers::{self, Layers};
use super::model::{Environment, Group, Instances, NodePool};
use super::storage::{self, FSX_STARTUP_TAINT, Mount, Storage};
use super::template::{self, Variables};
use super::values::{SpecPath, Values};
use super::{instances, names, whole_node};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::document::{self, Node, Table};
use crate::spec::node_pool::CLASS_KEYS;
use crate::spec::{self, EnvValue, Quantity, Taint, TaintEffect, WorkloadKind};

/// What the groups of one workload have in common.
pub(super) struct Context<'a> {
    pub(super) layers: Layers<'a>,
    pub(super) environment: &'a Environment,
    pub(super) team: &'a str,
    pub(super) cost_center: Option<&'a str>,
    pub(super) workload: [&'a str; 2],
    /// The workload object's name.
    pub(super) name: &'a str,
    pub(super) ray_version: &'a str,
    /// What runs beside the Ray container of the head.
    pub(super) sidecar_cpu: Option<&'a Quantity>,
    pub(super) sidecar_memory: Option<&'a Quantity>,
    /// The team's storage.
    pub(super) storages: &'a [Storage],
    /// What all pods of the workload mount.
    pub(super) mounts: &'a [Mount],
    pub(super) values: &'a Values,
}

/// The taint of a pool that names none: device plugins tolerate `nvidia.com/gpu`, and a GPU node whose plugin never
/// runs never initializes and is never reclaimed (Karpenter `lifecycle/initialization.go`); all others carry the
/// platform's key.
fn default_taint(gpu: bool, taint_key: &str, owner: &str) -> Taint {
    if gpu {
        Taint { key: "nvidia.com/gpu".into(), value: Some("true".into()), effect: TaintEffect::NoSchedule }
    } else {
        Taint { key: taint_key.to_owned(), value: Some(owner.to_owned()), effect: TaintEffect::NoSchedule }
    }
}

/// Resolves a group whose merged values are `spec`.
pub(super) fn resolve(
    context: &Context<'_>,
    name: &str,
    path: &SpecPath,
    spec: &spec::Group,
    own_mounts: Vec<Mount>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Group> {
    let mounted = mounted(context, own_mounts);
    if spec.whole_node != Some(true) {
        return sized(context, name, path, spec, mounted, diagnostics);
    }
    // The pod does not bound instances that are to bound the pod.
    let instances = |spec: &spec::Group| {
        if let Some((_, instances)) = shared_settings(context, spec) {
            return instances;
        }
        let (nothing, arch) = (Quantity::from("0"), spec.arch.unwrap_or(spec::Arch::Amd64));
        instances::of_group(context, spec, arch, &nothing, &nothing, name == "head", &mounted.1)
    };
    let whole_node = whole_node::of_group(context, name, path, spec, instances, diagnostics)?;
    let group = sized(context, name, path, &whole_node.fill(spec), mounted, diagnostics)?;
    Some(Group { whole_node: Some(whole_node), ..group })
}

/// Resolves a group whose `cpu` and `memory` are final.
fn sized(
    context: &Context<'_>,
    name: &str,
    path: &SpecPath,
    spec: &spec::Group,
    (mounts, storages): (Vec<Mount>, Vec<&Storage>),
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Group> {
    let arch = spec.arch.unwrap_or(spec::Arch::Amd64);
    let variables = variables(context, name, spec, arch);
    let image = match spec.image.as_deref() {
        Some(text) => {
            let path = path.join("image");
            render(text, &variables, context.values, &path, diagnostics)
        }
        None => missing(
            context.values,
            path,
            name,
            "image",
            "such as `image = \"rayproject/ray:{{ ray_version }}-py311\"`, here or in `[defaults.cluster]`",
            diagnostics,
        ),
    };
    let amount = |value: &Option<Quantity>, key: &str, diagnostics: &mut Vec<Diagnostic>| {
        value.clone().or_else(|| {
            let help = "Ray sizes itself by its limits: write both `cpu` and `memory`";
            missing(context.values, path, name, key, help, diagnostics)
        })
    };
    let cpu = amount(&spec.cpu, "cpu", diagnostics);
    let memory = amount(&spec.memory, "memory", diagnostics);
    let (image, cpu, memory) = (image?, cpu?, memory?);
    let mut settings = settings(spec, &storages);
    if matches!(WorkloadKind::of_table(context.workload[0]), Some(WorkloadKind::Job | WorkloadKind::CronJob)) {
        super::job::keep_nodes(&mut settings);
    }
    let instances = instances::of_group(context, spec, arch, &cpu, &memory, name == "head", &storages);

    let (pool, taints, own_pool) = if let Some(shared) = &spec.pool {
        let table = shared_pool(context, path, shared, diagnostics)?;
        let taints = taints_of_shared(table, shared, context.environment);
        (shared.clone(), taints, None)
    } else {
        let pool = format!("{}-{name}", context.name);
        let parts = [("workload", context.name), ("group", name)];
        if !names::check_pool(&pool, &parts, context.values.key_span(path), diagnostics) {
            return None;
        }
        let taints = settings
            .taints
            .clone()
            .unwrap_or_else(|| vec![default_taint(spec.gpu.is_some(), &context.environment.taint_key, context.team)]);
        let own_class = sets_class_key(context, path);
        let own = NodePool {
            name: pool.clone(),
            path: path.clone(),
            labels: spec.labels.clone().unwrap_or_default(),
            annotations: spec.annotations.clone().unwrap_or_default(),
            instances,
            taints: taints.clone(),
            class: if own_class { pool.clone() } else { context.team.to_owned() },
            own_class,
            tags: tags_of_pool(tags(context.environment, Some(context.team), context.cost_center), &settings),
            settings,
        };
        (pool, taints, Some(Arc::new(own)))
    };

    Some(Group {
        name: name.to_owned(),
        path: path.clone(),
        cpu,
        memory,
        gpu: spec.gpu.clone(),
        ephemeral_storage: spec.ephemeral_storage.clone(),
        shared_memory: spec.shared_memory.clone(),
        image,
        pull_policy: spec.pull_policy.unwrap_or(spec::PullPolicy::IfNotPresent),
        env: spec.env.clone().unwrap_or_default(),
        env_from: spec.env_from.clone().unwrap_or_default(),
        labels: spec.labels.clone().unwrap_or_default(),
        annotations: spec.annotations.clone().unwrap_or_default(),
        pod_labels: spec.pod_labels.clone().unwrap_or_default(),
        pod_annotations: spec.pod_annotations.clone().unwrap_or_default(),
        ray_start_params: spec.ray_start_params.clone().unwrap_or_default(),
        ray_labels: spec.ray_labels.clone().unwrap_or_default(),
        ray_resources: spec.ray_resources.clone().unwrap_or_default(),
        mounts,
        node_selector: spec.node_selector.clone().unwrap_or_default(),
        tolerations: spec.tolerations.clone().unwrap_or_default(),
        spread: spec.spread.clone(),
        affinity: spec.affinity.clone().map(|object| object.0),
        volumes: spec.volumes.clone().unwrap_or_default(),
        init_containers: objects(spec.init_containers.as_deref()),
        sidecars: objects(spec.sidecars.as_deref()),
        probes: spec.probes.clone().unwrap_or_default(),
        runtime_class: spec.runtime_class.clone(),
        grace_period: spec.grace_period,
        pre_stop: spec.pre_stop.clone().filter(|command| !command.is_empty()),
        priority_class: spec.priority_class.clone(),
        pod: spec.pod.clone().map(|object| object.0),
        container: spec.container.clone().map(|object| object.0),
        pool,
        taints,
        own_pool,
        whole_node: None,
    })
}

/// What a group's templates may name.
fn variables<'a>(context: &'a Context<'_>, name: &'a str, spec: &'a spec::Group, arch: spec::Arch) -> Variables<'a> {
    Variables {
        team: context.team,
        workload: Some(context.workload[1]),
        environment: &context.environment.name,
        group: Some(name),
        ray_version: Some(context.ray_version),
        gpu: spec.gpu.as_ref().map(|gpu| gpu.model.as_deref().unwrap_or("nvidia")),
        neuron: None,
        arch: Some(arch.as_str()),
        region: &context.environment.spec.region,
        eks_cluster: &context.environment.spec.eks_cluster,
        domain: context.environment.spec.domain.as_deref(),
    }
}

fn objects(list: Option<&[spec::group::Object]>) -> Vec<crate::json::Map> {
    list.unwrap_or_default().iter().map(|object| object.0.clone()).collect()
}

/// Renders a template at `path`; what goes wrong is reported there.
pub(super) fn render(
    text: &str,
    variables: &Variables<'_>,
    values: &Values,
    path: &SpecPath,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<String> {
    template::render(text, variables)
        .map_err(|problem| {
            let message = format!("the template of `{path}` cannot be rendered: {problem}");
            diagnostics.push(Diagnostic::error("invalid-template", values.span(path), message).help(
                "bound are `team`, `workload`, `environment`, `group`, `ray_version`, `gpu`, `neuron`, `arch`, `region`, `eks_cluster` and `domain`",
            ));
        })
        .ok()
}

fn missing<T>(
    values: &Values,
    path: &SpecPath,
    name: &str,
    key: &str,
    help: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<T> {
    let what = if name == "head" { "the head".to_owned() } else { format!("worker group `{name}`") };
    let rule = if key == "image" { "missing-image" } else { "missing-resources" };
    diagnostics.push(Diagnostic::error(rule, values.key_span(path), format!("{what} has no `{key}`")).help(help));
    None
}

fn shared_pool<'a>(
    context: &Context<'a>,
    path: &SpecPath,
    name: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<&'a Table> {
    let pools = context.layers.platform.get("pools").and_then(Node::table);
    let found = pools.and_then(|pools| pools.get(name)?.table());
    if found.is_none() {
        let span = context.values.span(&path.join("pool"));
        let known = pools.into_iter().flat_map(Table::keys).map(String::as_str);
        let mut diagnostic = Diagnostic::error("unknown-pool", span, format!("the platform has no pool `{name}`"));
        if let Some(close) = did_you_mean(name, known) {
            diagnostic = diagnostic.help(format!("did you mean `{close}`?"));
        }
        diagnostics.push(diagnostic);
    }
    found
}

/// Settings and instances of the shared pool that a group names; `None` where it names none that there is.
pub(super) fn shared_settings(context: &Context<'_>, spec: &spec::Group) -> Option<(spec::NodePool, Instances)> {
    let name = spec.pool.as_ref()?;
    context.layers.platform.get("pools").and_then(Node::table)?.get(name)?;
    let (pool, _) = resolve_shared(context.layers, context.environment, name);
    Some((pool.settings, pool.instances))
}

fn taints_of_shared(table: &Table, name: &str, environment: &Environment) -> Vec<Taint> {
    let spec: spec::Group = from_table(table);
    let taints = spec.node_pool.and_then(|settings| settings.taints);
    taints.unwrap_or_else(|| vec![default_taint(spec.gpu.is_some(), &environment.taint_key, name)])
}

/// Whether anything but the defaults of all pools sets a key of the EC2NodeClass: those are what the team's class has.
fn sets_class_key(context: &Context<'_>, path: &SpecPath) -> bool {
    let keys: Vec<&str> = path.keys().skip(2).collect();
    context
        .layers
        .of_group(context.workload, &keys)
        .iter()
        .filter(|fragment| !fragment.is_of_all_pools())
        .any(|fragment| CLASS_KEYS.iter().any(|key| fragment.at(&["node-pool", key]).is_some()))
}

/// Team and cost center only: tags are in the drift hash, so an owner's address there would roll the nodes (Karpenter
/// `ec2nodeclass.go`, Hash).
pub(super) fn tags(
    environment: &Environment,
    team: Option<&str>,
    cost_center: Option<&str>,
) -> BTreeMap<String, String> {
    let mut tags = environment.spec.tags.clone();
    tags.extend(team.map(|team| ("team".to_owned(), team.to_owned())));
    tags.extend(cost_center.map(|center| ("cost-center".to_owned(), center.to_owned())));
    tags
}

/// The same with a pool's own.
fn tags_of_pool(mut tags: BTreeMap<String, String>, settings: &spec::NodePool) -> BTreeMap<String, String> {
    tags.extend(settings.tags.clone().unwrap_or_default());
    tags
}

/// What a group mounts, and the storages behind it.
fn mounted<'a>(context: &Context<'a>, own: Vec<Mount>) -> (Vec<Mount>, Vec<&'a Storage>) {
    let mounts = storage::combine(context.mounts, own);
    let mounted = |storage: &&Storage| mounts.iter().any(|mount| mount.storage == storage.name);
    let storages = context.storages.iter().filter(mounted).collect();
    (mounts, storages)
}

/// Settings of the group's own pool. Pods that reach a new node before the FSx driver does wait for their mount with
/// growing pauses, so the pool starts with the taint that the driver takes off when it is ready (aws-fsx-csi-driver
/// `docs/install.md`).
fn settings(spec: &spec::Group, storages: &[&Storage]) -> spec::NodePool {
    let mut settings = spec.node_pool.clone().unwrap_or_default();
    if storages.iter().any(|storage| storage.is_fsx()) {
        let taints = settings.startup_taints.get_or_insert_default();
        if !taints.iter().any(|taint| taint.key == FSX_STARTUP_TAINT) {
            taints.push(Taint { key: FSX_STARTUP_TAINT.to_owned(), value: None, effect: TaintEffect::NoExecute });
        }
    }
    settings
}

/// Resolves a shared pool.
pub(super) fn resolve_shared(layers: Layers<'_>, environment: &Environment, name: &str) -> (NodePool, Table) {
    let merged = layers::merge(&layers.of_pool(name));
    let spec: spec::Group = from_table(&merged);
    let settings = spec.node_pool.clone().unwrap_or_default();
    let pool = NodePool {
        name: name.to_owned(),
        path: SpecPath::new(["pools", name]),
        labels: spec.labels.clone().unwrap_or_default(),
        annotations: spec.annotations.clone().unwrap_or_default(),
        instances: Instances {
            capacity_types: spec.capacity_type.unwrap_or_else(|| vec![spec::CapacityType::OnDemand]),
            arch: spec.arch.unwrap_or(spec::Arch::Amd64),
            zones: spec.zones.unwrap_or_else(|| environment.spec.zones.clone()),
            types: spec.instance_types.unwrap_or_default(),
            families: spec.instance_families.unwrap_or_default(),
            sizes: spec.instance_sizes.unwrap_or_default(),
            gpu: spec.gpu.clone(),
            // Pods of several sizes share it, so no pod bounds it.
            cpus: None,
            requirements: spec.requirements.unwrap_or_default(),
        },
        taints: settings
            .taints
            .clone()
            .unwrap_or_else(|| vec![default_taint(spec.gpu.is_some(), &environment.taint_key, name)]),
        class: name.to_owned(),
        own_class: true,
        tags: tags_of_pool(tags(environment, None, None), &settings),
        settings,
    };
    (pool, merged)
}

/// Merged values as the spec type. Every file was checked against the schema of these same types, and merging keeps
/// each value's type.
pub(super) fn from_table<T: serde::de::DeserializeOwned>(table: &Table) -> T {
    document::read(table).expect("values that satisfy the schema deserialize")
}

/// An environment variable's value as text, where it has one.
pub fn env_text(value: &EnvValue) -> Option<String> {
    match value {
        EnvValue::Text(text) => Some(text.to_string()),
        EnvValue::From(_) => None,
    }
}
