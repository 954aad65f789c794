//! Layers: which fragments of which files speak about a team, a workload or a group, and how they merge.
//!
//! From weakest to strongest: built-in, `[defaults]`, `[environments.<e>.defaults]`, the profile that a group names,
//! team, workload, group, `[override.<e>]`. Tables merge by key; arrays and the values of [`WHOLE`] replace.

use std::fmt;
use std::sync::LazyLock;

use crate::document::{Node, Table, Value};
use crate::source::Span;
use crate::spec::WorkloadKind;
use crate::spec::storage::TABLE_KEYS;

/// Where a fragment stands in the order of layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// raygen's own defaults.
    BuiltIn,
    /// `[defaults]` of the platform.
    Defaults,
    /// The environment's own settings and defaults.
    Environment,
    /// A profile of the platform.
    Profile,
    /// The team's top level.
    Team,
    /// The workload.
    Workload,
    /// The head or the worker group.
    Group,
    /// `[override.<e>]` of the team.
    Override,
}

impl fmt::Display for Layer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::BuiltIn => "built-in default",
            Self::Defaults => "platform defaults",
            Self::Environment => "environment",
            Self::Profile => "profile",
            Self::Team => "team",
            Self::Workload => "workload",
            Self::Group => "group",
            Self::Override => "override",
        })
    }
}

/// The keys of a fragment that count.
#[derive(Clone, Copy, Debug)]
enum Keys<'a> {
    /// All but those that are resolved on their own.
    All,
    /// Only what is inherited from above.
    Only(&'static [&'static str]),
    /// The whole fragment is the value of one key.
    Under(&'static str),
    /// The whole fragment is the value of the storage of this name.
    Storage(&'a str),
}

/// A table that speaks about the thing that is being resolved.
#[derive(Clone, Copy, Debug)]
pub struct Fragment<'a> {
    /// Its layer.
    pub layer: Layer,
    table: &'a Table,
    keys: Keys<'a>,
}

/// What a workload inherits from its team.
const TO_WORKLOADS: &[&str] =
    &["labels", "annotations", "env", "image", "ray-version", "service-account", "monitoring", "ingress", "mounts"];
/// What a group inherits from its workload.
const TO_GROUPS: &[&str] = &["labels", "annotations", "env", "image", "pull-policy", "pod-labels", "pod-annotations"];
/// What a group inherits from its team.
const FROM_TEAM_TO_GROUPS: &[&str] = &["labels", "annotations", "env", "image"];
/// The site's part that environments set outside of their `defaults`.
pub const OF_ENVIRONMENTS: &[&str] = &["ingress", "monitoring"];
/// Keys of workloads and teams that are resolved on their own.
const RESOLVED_APART: &[&str] = &["head", "workers", "clusters", "services", "jobs", "cron-jobs", "override", "unset"];
/// Inline tables that a stronger layer replaces whole: half of each makes no sense.
const WHOLE: &[&str] = &["gpu", "capacity-type"];
/// The selectors that choose instances are one unit: two layers' selectors might intersect to nothing.
const INSTANCE_SELECTORS: &[&str] = &["instance-types", "instance-families", "instance-sizes", "gpu"];

/// The files that speak about one team in one environment.
#[derive(Clone, Copy, Debug)]
pub struct Layers<'a> {
    /// raygen's own defaults.
    pub built_in: &'a Table,
    /// The platform file.
    pub platform: &'a Table,
    /// The environment's table in it.
    pub environment: &'a Table,
    /// The environment's name.
    pub environment_name: &'a str,
    /// The team file.
    pub team: &'a Table,
    /// The environment's override in it.
    pub team_override: Option<&'a Table>,
}

impl<'a> Layers<'a> {
    /// The tables of defaults, weakest first; an empty one where a file has none.
    fn defaults(self) -> [(Layer, &'a Table); 3] {
        static NONE: LazyLock<Table> = LazyLock::new(Table::new);
        let of = |table: &'a Table| descend(table, &["defaults"]).unwrap_or(&NONE);
        [
            (Layer::BuiltIn, self.built_in),
            (Layer::Defaults, of(self.platform)),
            (Layer::Environment, of(self.environment)),
        ]
    }

    /// What speaks about the team itself.
    pub fn of_team(self) -> Vec<Fragment<'a>> {
        let mut fragments = Vec::new();
        for (layer, defaults) in self.defaults() {
            push(&mut fragments, layer, descend(defaults, &["team"]), Keys::All);
        }
        self.push_storage_defaults(&mut fragments);
        for (layer, table) in [(Layer::Team, Some(self.team)), (Layer::Override, self.team_override)] {
            push(&mut fragments, layer, table, Keys::All);
            self.push_storage_of_environment(&mut fragments, layer, table);
        }
        fragments
    }

    /// The defaults of each of the team's storages, which are those of its type.
    fn push_storage_defaults(self, fragments: &mut Vec<Fragment<'a>>) {
        for (name, node) in descend(self.team, &["storage"]).into_iter().flatten() {
            let overridden = self.team_override.and_then(|table| table.get("storage")?.child(name)?.child("type"));
            let Some(kind) = overridden.or_else(|| node.child("type")).and_then(Node::string) else { continue };
            for (layer, defaults) in self.defaults() {
                push(fragments, layer, descend(defaults, &["storage", kind]), Keys::Storage(name));
            }
        }
    }

    /// What a table of storages says for this environment alone, such as `storage.scratch.prod`.
    fn push_storage_of_environment(self, fragments: &mut Vec<Fragment<'a>>, layer: Layer, table: Option<&'a Table>) {
        let table = table.filter(|_| !TABLE_KEYS.contains(&self.environment_name));
        for (name, node) in table.and_then(|table| descend(table, &["storage"])).into_iter().flatten() {
            push(fragments, layer, node.child(self.environment_name).and_then(Node::table), Keys::Storage(name));
        }
    }

    /// What speaks about a workload, such as `["clusters", "train"]`.
    pub fn of_workload(self, path: [&str; 2]) -> Vec<Fragment<'a>> {
        let mut fragments = Vec::new();
        for (layer, defaults) in self.defaults() {
            if layer == Layer::Environment {
                push(&mut fragments, layer, Some(self.environment), Keys::Only(OF_ENVIRONMENTS));
            }
            push(&mut fragments, layer, descend(defaults, &["team"]), Keys::Only(TO_WORKLOADS));
            push(&mut fragments, layer, descend(defaults, &[defaults_table(path[0])]), Keys::All);
        }
        push(&mut fragments, Layer::Team, Some(self.team), Keys::Only(TO_WORKLOADS));
        push(&mut fragments, Layer::Workload, descend(self.team, &path), Keys::All);
        push(&mut fragments, Layer::Override, self.team_override, Keys::Only(TO_WORKLOADS));
        let overridden = self.team_override.and_then(|table| descend(table, &path));
        push(&mut fragments, Layer::Override, overridden, Keys::All);
        fragments
    }

    /// What speaks about a head (`["head"]`) or a worker group (`["workers", "gpu"]`) of a workload.
    pub fn of_group(self, workload: [&str; 2], group: &[&str]) -> Vec<Fragment<'a>> {
        let mut fragments = Vec::new();
        let kind = if group == ["head"] { "head" } else { "worker" };
        let own: Vec<&str> = workload.iter().chain(group).copied().collect();
        for (layer, defaults) in self.defaults() {
            let of_workloads = descend(defaults, &[defaults_table(workload[0])]);
            push(&mut fragments, layer, descend(defaults, &["team"]), Keys::Only(FROM_TEAM_TO_GROUPS));
            push(&mut fragments, layer, of_workloads, Keys::Only(TO_GROUPS));
            push(&mut fragments, layer, descend(defaults, &["node-pool"]), Keys::Under("node-pool"));
            push(&mut fragments, layer, descend(defaults, &[kind]), Keys::All);
            push(&mut fragments, layer, of_workloads.and_then(|table| descend(table, group)), Keys::All);
        }
        let before_team = fragments.len();
        push(&mut fragments, Layer::Team, Some(self.team), Keys::Only(FROM_TEAM_TO_GROUPS));
        push(&mut fragments, Layer::Workload, descend(self.team, &workload), Keys::Only(TO_GROUPS));
        push(&mut fragments, Layer::Group, descend(self.team, &own), Keys::All);
        if let Some(table) = self.team_override {
            push(&mut fragments, Layer::Override, Some(table), Keys::Only(FROM_TEAM_TO_GROUPS));
            push(&mut fragments, Layer::Override, descend(table, &workload), Keys::Only(TO_GROUPS));
            push(&mut fragments, Layer::Override, descend(table, &own), Keys::All);
        }
        if let Some(profile) = profile_of(&fragments).and_then(|node| self.profile(node.string()?)) {
            let fragment = Fragment { layer: Layer::Profile, table: profile, keys: Keys::All };
            fragments.insert(before_team, fragment);
        }
        fragments
    }

    /// What speaks about a shared pool.
    pub fn of_pool(self, name: &str) -> Vec<Fragment<'a>> {
        let mut fragments = Vec::new();
        for (layer, defaults) in self.defaults() {
            push(&mut fragments, layer, descend(defaults, &["node-pool"]), Keys::Under("node-pool"));
            push(&mut fragments, layer, descend(defaults, &["worker"]), Keys::Only(&["capacity-type", "arch"]));
        }
        push(&mut fragments, Layer::Group, descend(self.platform, &["pools", name]), Keys::All);
        fragments
    }

    /// A profile of the platform.
    pub fn profile(self, name: &str) -> Option<&'a Table> {
        descend(self.platform, &["profiles", name])
    }
}

/// The table of `[defaults]` for a table of workloads.
fn defaults_table(workloads: &str) -> &'static str {
    WorkloadKind::of_table(workloads).unwrap_or(WorkloadKind::Cluster).defaults()
}

/// The strongest layer's `profile`.
pub(super) fn profile_of<'a>(fragments: &[Fragment<'a>]) -> Option<&'a Node> {
    fragments
        .iter()
        .rev()
        .filter(|fragment| matches!(fragment.keys, Keys::All))
        .find_map(|fragment| fragment.table.get("profile"))
}

fn push<'a>(fragments: &mut Vec<Fragment<'a>>, layer: Layer, table: Option<&'a Table>, keys: Keys<'a>) {
    fragments.extend(table.map(|table| Fragment { layer, table, keys }));
}

fn descend<'a>(table: &'a Table, path: &[&str]) -> Option<&'a Table> {
    path.iter().try_fold(table, |table, key| table.get(*key)?.table())
}

/// Whether a key of an override, outside of groups, is inherited by what stands below it, where it then wins over keys
/// that stand nearer.
pub(super) fn is_inherited(of_workload: bool, key: &str) -> bool {
    if of_workload { TO_GROUPS.contains(&key) } else { TO_WORKLOADS.contains(&key) }
}

/// Whether the key is one of the unit that chooses instances.
pub(super) fn is_instance_selector(key: &str) -> bool {
    INSTANCE_SELECTORS.contains(&key)
}

/// Merges fragments, weakest first.
pub(super) fn merge(fragments: &[Fragment<'_>]) -> Table {
    let mut merged = Table::new();
    for fragment in fragments {
        for path in fragment.unset() {
            remove(&mut merged, path);
        }
        if INSTANCE_SELECTORS.iter().any(|key| fragment.get(key).is_some()) {
            merged.retain(|key, _| !INSTANCE_SELECTORS.contains(&key.as_str()));
        }
        match fragment.keys {
            Keys::Under(key) => {
                if let Some(inner) = inner_table(&mut merged, key, fragment.table) {
                    overlay(inner, fragment.table.iter(), key);
                }
            }
            Keys::Storage(name) => {
                let storages = inner_table(&mut merged, "storage", fragment.table);
                if let Some(inner) = storages.and_then(|storages| inner_table(storages, name, fragment.table)) {
                    overlay(inner, fragment.table.iter(), name);
                }
            }
            Keys::All | Keys::Only(_) => {
                overlay(&mut merged, fragment.table.iter().filter(|(key, _)| fragment.counts(key)), "");
            }
        }
    }
    drop_storage_of_environments(&mut merged);
    merged
}

/// The table at a key, which is made where there is none.
fn inner_table<'t>(table: &'t mut Table, key: &str, place: &Table) -> Option<&'t mut Table> {
    match &mut table.entry(key.to_owned()).or_insert_with(|| empty_table(place)).value {
        Value::Table(inner) => Some(inner),
        _ => None,
    }
}

/// Takes out the tables of storages that speak of one environment: what counts here is merged already.
fn drop_storage_of_environments(merged: &mut Table) {
    let Some(Value::Table(storages)) = merged.get_mut("storage").map(|node| &mut node.value) else { return };
    for storage in storages.values_mut() {
        if let Value::Table(keys) = &mut storage.value {
            keys.retain(|key, node| node.table().is_none() || TABLE_KEYS.contains(&key.as_str()));
        }
    }
}

impl<'a> Fragment<'a> {
    fn counts(self, key: &str) -> bool {
        match self.keys {
            Keys::All => !RESOLVED_APART.contains(&key),
            Keys::Only(keys) => keys.contains(&key),
            Keys::Under(_) | Keys::Storage(_) => false,
        }
    }

    /// Whether it is `node-pool` of the defaults, which every pool has.
    pub fn is_of_all_pools(self) -> bool {
        matches!(self.keys, Keys::Under(_))
    }

    /// What the fragment says about a path such as `["node-pool", "disk"]`.
    pub fn at(self, path: &[&str]) -> Option<&'a Node> {
        let (first, rest) = path.split_first()?;
        let (node, rest) = match self.keys {
            Keys::Under(key) => {
                let (second, rest) = rest.split_first().filter(|_| *first == key)?;
                (self.table.get(*second)?, rest)
            }
            Keys::Storage(name) => {
                let (third, rest) = rest.strip_prefix(&[name]).filter(|_| *first == "storage")?.split_first()?;
                (self.table.get(*third)?, rest)
            }
            Keys::All | Keys::Only(_) => (self.get(first)?, rest),
        };
        rest.iter().try_fold(node, |node, key| node.child(key))
    }

    fn get(self, key: &str) -> Option<&'a Node> {
        self.table.get(key).filter(|_| self.counts(key))
    }

    /// Where the fragment's `unset` stands.
    pub fn unset_node(self) -> Option<&'a Node> {
        self.table.get("unset")
    }

    /// The paths that this fragment takes out of weaker layers. Above a group only inherited keys are meant.
    pub fn unset(self) -> impl Iterator<Item = &'a str> {
        let items = self.table.get("unset").map_or(&[][..], Node::items);
        items.iter().filter_map(Node::string).filter(move |path| {
            let first = path.split('.').next().unwrap_or(path);
            self.counts(first)
        })
    }
}

/// Whether a stronger layer's table replaces a weaker one's whole. A variable is a text or a reference: one replaces the
/// other whole.
fn replaces_whole(parent: &str, key: &str) -> bool {
    parent == "env" || WHOLE.contains(&key)
}

/// The values of a table that are replaced one by one when layers merge, with the keys that lead to them.
pub fn leaves(table: &Table) -> Vec<(Vec<&str>, &Node)> {
    fn collect<'a>(table: &'a Table, path: &[&'a str], found: &mut Vec<(Vec<&'a str>, &'a Node)>) {
        let parent = path.last().copied().unwrap_or_default();
        for (key, node) in table {
            let path = [path, &[key.as_str()]].concat();
            match &node.value {
                Value::Table(inner) if !replaces_whole(parent, key) => collect(inner, &path, found),
                _ => found.push((path, node)),
            }
        }
    }
    let mut found = Vec::new();
    collect(table, &[], &mut found);
    found
}

/// A table that stands where the first of `table`'s keys stands.
fn empty_table(table: &Table) -> Node {
    let span = table.values().next().map_or_else(Span::default, |node| node.key);
    Node { span, key: span, value: Value::Table(Table::new()) }
}

fn overlay<'a>(base: &mut Table, layer: impl Iterator<Item = (&'a String, &'a Node)>, parent: &str) {
    for (key, node) in layer {
        let whole = replaces_whole(parent, key);
        match (base.get_mut(key).map(|below| &mut below.value), &node.value) {
            (Some(Value::Table(below)), Value::Table(above)) if !whole => {
                overlay(below, above.iter(), key);
            }
            _ => {
                base.insert(key.clone(), node.clone());
            }
        }
    }
}

/// Takes out what a dotted path names. A key with dots, such as a label, is tried whole first.
fn remove(table: &mut Table, path: &str) {
    if table.shift_remove(path).is_some() {
        return;
    }
    if let Some((first, rest)) = path.split_once('.')
        && let Some(Value::Table(inner)) = table.get_mut(first).map(|node| &mut node.value)
    {
        remove(inner, rest);
    }
}
