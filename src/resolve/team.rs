//! One team in one environment.

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;

use super::group::{self, from_table};
use super::layers::{self, Layers};
use super::model::{Environment, PlacedPatch, PodSecurity, ServiceAccount, Team, Workload};
use super::template::Variables;
use super::values::{SpecPath, Values};
use super::{built_in, environment, job, network, secret, storage, workload};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::document::{Node, Table, Value};
use crate::source::Span;
use crate::spec::{self, PodSecurityLevel, WorkloadKind};
use crate::workspace::{FILE_KEYS, FileKey, TeamDocument, Workspace};

/// Resolves a team, or `None` where it does not run in this environment.
pub(super) fn resolve(
    workspace: &Workspace,
    platform: &Table,
    environment: &Arc<Environment>,
    document: &TeamDocument,
) -> (Option<Team>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let file = document.document.root.table().expect("a document is a table");
    let layers = Layers {
        built_in: built_in(),
        platform,
        environment: environment::table_of(platform, &environment.name),
        environment_name: &environment.name,
        team: file,
        team_override: file.get("override").and_then(|node| node.child(&environment.name)?.table()),
    };
    let mut merged = layers::merge(&layers.of_team());
    storage::place(&mut merged, file);
    let team_spec: spec::Team = from_table(&merged);
    if !runs_in(team_spec.environments.as_ref(), &environment.name) {
        return (None, diagnostics);
    }
    check_names(file, &mut diagnostics);
    for kind in WorkloadKind::ALL {
        check_override(layers, kind, &environment.name, &mut diagnostics);
    }

    let (workloads, specs) = merge_workloads(workspace, layers, &environment.name);
    let root = tree_with(merged, &document.document.root, workloads);
    let values = Arc::new(Values { root, source: format!("teams/{}.toml", document.name) });
    let mut service_accounts = BTreeMap::new();
    let tags = group::tags(environment, Some(&document.name), team_spec.cost_center.as_deref());
    let storages = storage::resolve(team_spec.storage.as_ref(), environment, &tags, &values, &mut diagnostics);
    let mounted = specs.iter().flat_map(|(_, _, spec)| storage::mounted(spec)).map(str::to_owned).collect();
    storage::check_use(&storages, &mounted, &environment.name, &values, &mut diagnostics);
    let context = workload::Context {
        layers,
        environment,
        team: &document.name,
        team_spec: &team_spec,
        storages: &storages,
        values: &values,
    };
    let (selecting, specs): (Vec<_>, Vec<_>) = specs.into_iter().partition(|(.., spec)| spec.cluster.is_some());
    let workloads: Vec<Workload> = specs
        .into_iter()
        .filter_map(|(kind, key, spec)| {
            workload::resolve(&context, kind, &key, &spec, &mut service_accounts, &mut diagnostics)
        })
        .collect();
    let selected_jobs: Vec<job::SelectedJob> = selecting
        .into_iter()
        .filter_map(|(kind, key, spec)| job::on_selected(&context, kind, &key, &spec, &workloads, &mut diagnostics))
        .collect();
    let variables = Variables {
        team: &document.name,
        environment: &environment.name,
        region: &environment.spec.region,
        eks_cluster: &environment.spec.eks_cluster,
        domain: environment.spec.domain.as_deref(),
        ..Variables::default()
    };
    network::check_jobs(&workloads, &selected_jobs, environment, &values, &mut diagnostics);
    let team = Team {
        secret_stores: secret::stores(&team_spec, &variables, &values, &mut diagnostics),
        secrets: secret::secrets(&team_spec, &environment.spec, &variables, &values, &mut diagnostics),
        quota: team_spec.quota.clone(),
        limit_range: team_spec.limit_range.clone(),
        pod_security: pod_security(team_spec.pod_security.as_ref()),
        namespace: team_spec.namespace.clone().unwrap_or_else(|| document.name.clone()),
        owner: team_spec.owner.clone(),
        cost_center: team_spec.cost_center.clone(),
        labels: team_spec.labels.clone().unwrap_or_default(),
        annotations: team_spec.annotations.clone().unwrap_or_default(),
        service_accounts,
        storages,
        workloads: workloads.into_iter().map(Arc::new).collect(),
        selected_jobs,
        patches: placed(team_spec.patch.as_deref(), &SpecPath::new(["patch"])),
        name: document.name.clone(),
        environment: Arc::clone(environment),
        values: Arc::clone(&values),
    };
    (Some(team), diagnostics)
}

/// Baseline is enforced where nobody asks for more or less, and what raygen renders meets restricted: a warning tells
/// where something else does not.
fn pod_security(spec: Option<&spec::PodSecurity>) -> PodSecurity {
    let modes = spec.map(|spec| spec.0.clone()).unwrap_or_default();
    let enforce = modes.enforce.unwrap_or(PodSecurityLevel::Baseline);
    let next = match enforce {
        PodSecurityLevel::Privileged => PodSecurityLevel::Baseline,
        PodSecurityLevel::Baseline | PodSecurityLevel::Restricted => PodSecurityLevel::Restricted,
    };
    PodSecurity {
        enforce,
        audit: modes.audit.or(spec.map(|_| next)),
        warn: modes.warn.unwrap_or(next),
        version: modes.version.map(|version| version.to_string()),
    }
}

/// Patches with their places.
pub(super) fn placed(patches: Option<&[spec::Patch]>, path: &SpecPath) -> Vec<PlacedPatch> {
    let placed = |(index, patch): (usize, &spec::Patch)| PlacedPatch {
        patch: patch.clone(),
        path: path.join(&index.to_string()),
    };
    patches.unwrap_or_default().iter().enumerate().map(placed).collect()
}

/// No list means every environment.
fn runs_in(environments: Option<&Vec<String>>, name: &str) -> bool {
    environments.is_none_or(|names| names.iter().any(|each| each == name))
}

/// Records a workload's ServiceAccount among those to render.
pub(super) fn add_service_account(
    accounts: &mut BTreeMap<String, ServiceAccount>,
    name: &str,
    account: ServiceAccount,
) {
    accounts.entry(name.to_owned()).or_insert(account);
}

/// Names of the workloads of one kind in the order of the file. An override changes what is there and adds nothing.
fn workload_names(layers: Layers<'_>, kind: WorkloadKind) -> Vec<String> {
    let workloads = layers.team.get(kind.table()).and_then(Node::table);
    workloads.into_iter().flat_map(Table::keys).cloned().collect()
}

/// Names of a workload's worker groups: file order, and what weaker and stronger layers add goes last.
pub(super) fn worker_names(layers: Layers<'_>, workload: [&str; 2]) -> Vec<String> {
    let in_table = |table: &Table| -> Vec<String> {
        let workers = table.get(workload[0]).and_then(|node| node.child(workload[1])?.child("workers")?.table());
        workers.map(|table| table.keys().cloned().collect()).unwrap_or_default()
    };
    let mut names = in_table(layers.team);
    for name in layers.team_override.map(in_table).unwrap_or_default() {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The merged values of workloads, by table and name.
type MergedWorkloads = BTreeMap<WorkloadKind, Vec<(String, Node)>>;

/// The merged values of every workload that runs in the environment, and the same as spec types.
fn merge_workloads(
    workspace: &Workspace,
    layers: Layers<'_>,
    environment: &str,
) -> (MergedWorkloads, Vec<(WorkloadKind, String, spec::Workload)>) {
    let mut nodes = MergedWorkloads::new();
    let mut specs = Vec::new();
    for kind in WorkloadKind::ALL {
        for name in workload_names(layers, kind) {
            let mut table = merge_workload(layers, kind, &name);
            let spec: spec::Workload = from_table(table.table().expect("a workload is a table"));
            if runs_in(spec.environments.as_ref(), environment) {
                attach_files(workspace, kind, &mut table);
                specs.push((kind, name.clone(), spec));
                nodes.entry(kind).or_default().push((name, table));
            }
        }
    }
    (nodes, specs)
}

/// Puts the texts of files beside the keys that name them, where the spec has no such value itself. They stand at their
/// first lines.
fn attach_files(workspace: &Workspace, kind: WorkloadKind, workload: &mut Node) {
    let Value::Table(table) = &mut workload.value else { return };
    for file in FILE_KEYS.iter().filter(|file| file.kind == kind) {
        match file.within {
            None => attach_file(workspace, file, table),
            Some(within) => {
                let Some(Value::Table(within)) = table.get_mut(within).map(|node| &mut node.value) else { continue };
                for node in within.values_mut() {
                    let Value::Table(table) = &mut node.value else { continue };
                    attach_file(workspace, file, table);
                }
            }
        }
    }
}

fn attach_file(workspace: &Workspace, file: &FileKey, table: &mut Table) {
    let Some(named) = table.get(file.key).filter(|_| !table.contains_key(file.text)) else { return };
    let Some((id, text)) = named.string().and_then(|path| workspace.file(path)) else { return };
    let span = Span::new(id, 0..text.lines().next().unwrap_or_default().len());
    let node = Node { span, key: named.key, value: Value::String(text.to_owned()) };
    table.insert(file.text.to_owned(), node);
}

/// The merged values of one workload, its head and its worker groups.
fn merge_workload(layers: Layers<'_>, kind: WorkloadKind, name: &str) -> Node {
    let workload = [kind.table(), name];
    let files = || [Some(layers.team), layers.team_override].into_iter().flatten();
    let file_node = files()
        .find_map(|table| table.get(kind.table())?.child(name))
        .expect("the name was read from one of these tables");
    let mut table = layers::merge(&layers.of_workload(workload));
    let head = layers::merge(&layers.of_group(workload, &["head"]));
    table.insert("head".to_owned(), tree_of(file_node.child("head").unwrap_or(file_node), head));
    let mut workers = Table::new();
    for group in worker_names(layers, workload) {
        let merged = layers::merge(&layers.of_group(workload, &["workers", &group]));
        let place = files()
            .find_map(|table| table.get(kind.table())?.child(name)?.child("workers")?.child(&group))
            .unwrap_or(file_node);
        workers.insert(group, tree_of(place, merged));
    }
    table.insert("workers".to_owned(), tree_of(file_node.child("workers").unwrap_or(file_node), workers));
    tree_of(file_node, table)
}

/// A merged table that stands where `place` stands.
pub(super) fn tree_of(place: &Node, table: Table) -> Node {
    Node { span: place.span, key: place.key, value: Value::Table(table) }
}

/// A tree of two levels of names.
pub(super) fn tree(place: &Node, branches: Vec<(&str, Vec<(&str, Node)>)>) -> Node {
    let table = branches
        .into_iter()
        .map(|(name, nodes)| {
            let nodes = nodes.into_iter().map(|(name, node)| (name.to_owned(), node)).collect();
            (name.to_owned(), tree_of(place, nodes))
        })
        .collect();
    tree_of(place, table)
}

fn tree_with(mut team: Table, place: &Node, workloads: MergedWorkloads) -> Node {
    for (kind, nodes) in workloads {
        let place = place.child(kind.table()).unwrap_or(place);
        team.insert(kind.table().to_owned(), tree_of(place, nodes.into_iter().collect()));
    }
    tree_of(place, team)
}

/// Environments and workloads that an override or a list names must exist.
pub(super) fn check_environments(
    document: &TeamDocument,
    environments: &IndexMap<String, Arc<Environment>>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let root = &document.document.root;
    let known = || environments.keys().map(String::as_str);
    let mut unknown = |name: &str, span, what: &str| {
        if environments.contains_key(name) {
            return;
        }
        let message = format!("{what} `{name}`, but the platform has no such environment");
        let known: Vec<String> = known().map(|name| format!("`{name}`")).collect();
        let help = match did_you_mean(name, self::names_of(environments)) {
            Some(close) => format!("did you mean `{close}`?"),
            None => format!("the platform has {}", known.join(", ")),
        };
        diagnostics.push(Diagnostic::error("unknown-environment", span, message).help(help));
    };
    if let Some(overrides) = root.child("override").and_then(Node::table) {
        for (name, node) in overrides {
            unknown(name, node.key, "the override is for");
        }
    }
    let team = root.child("environments").map_or(&[][..], Node::items);
    let of_workloads = WorkloadKind::ALL
        .into_iter()
        .filter_map(|kind| root.child(kind.table())?.table())
        .flat_map(Table::values)
        .filter_map(|node| node.child("environments"));
    for node in team.iter().chain(of_workloads.clone().flat_map(Node::items)) {
        unknown(node.string().unwrap_or_default(), node.span, "this names");
    }
    if !team.is_empty() {
        for node in of_workloads.flat_map(Node::items) {
            let name = node.string().unwrap_or_default();
            if environments.contains_key(name) && !team.iter().any(|each| each.string() == Some(name)) {
                let message = format!("the team does not run in `{name}`, so no workload of it can");
                diagnostics.push(
                    Diagnostic::error("unknown-environment", node.span, message)
                        .help(format!("add `{name}` to the team's `environments`, or take it out here")),
                );
            }
        }
    }
}

fn names_of(environments: &IndexMap<String, Arc<Environment>>) -> impl Iterator<Item = &str> {
    environments.keys().map(String::as_str)
}

/// Workloads of different kinds with one name would share the names of their pools, Services and budgets.
fn check_names(team: &Table, diagnostics: &mut Vec<Diagnostic>) {
    let mut first: BTreeMap<&str, (WorkloadKind, &Node)> = BTreeMap::new();
    for kind in WorkloadKind::ALL {
        for (name, node) in team.get(kind.table()).and_then(Node::table).into_iter().flatten() {
            let (other, place) = *first.entry(name).or_insert((kind, node));
            if other == kind {
                continue;
            }
            let message = format!("{} `{name}` has the name of a {}", kind.noun(), other.noun());
            diagnostics.push(
                Diagnostic::error("duplicate-name", node.key, message)
                    .label(place.key, format!("the {}", other.noun()))
                    .help("rename one of them: both would call their pools and Services the same"),
            );
        }
    }
}

/// An override changes what is there: a workload that only it names is a slip.
fn check_override(layers: Layers<'_>, kind: WorkloadKind, environment: &str, diagnostics: &mut Vec<Diagnostic>) {
    let known = workload_names(layers, kind);
    let Some(overridden) = layers.team_override.and_then(|table| table.get(kind.table())?.table()) else { return };
    for (name, node) in overridden {
        if !known.contains(name) {
            let message = format!(
                "the override for `{environment}` names {} `{name}`, which the team does not have",
                kind.noun()
            );
            let mut diagnostic = Diagnostic::error("unknown-workload", node.key, message);
            if let Some(close) = did_you_mean(name, known.iter().map(String::as_str)) {
                diagnostic = diagnostic.help(format!("did you mean `{close}`?"));
            } else {
                diagnostic = diagnostic.help(format!(
                    "write it under `[{}.{name}]` with `environments = [\"{environment}\"]`",
                    kind.table()
                ));
            }
            diagnostics.push(diagnostic);
        }
    }
}
