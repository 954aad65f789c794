//! Layers: which fragments of which files speak about a team, a workload or a group, and how they merge.
//!
//! From weakest to strongest: built-in, `[defaults]`, `[environments.<e>.defaults]`, the profile that a group names,
//! team, workload, group, `[override.<e>]`. Tables merge by key; arrays and the values of [`WHOLE`] replace.
//!
//! Among the defaults of one layer, those of `cluster` speak about the Ray cluster of every workload, and those of a
//! kind, such as `service`, are stronger.

use std::fmt;
use std::sync::LazyLock;

use crate::document::{Node, Table, Value};
use crate::source::Span;
use crate::spec::WorkloadKind;

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
enum Keys {
    /// All but those that are resolved on their own.
    All,
    /// Only what is inherited from above.
    Only(&'static [&'static str]),
    /// All but those, and but what `All` leaves out.
    Except(&'static [&'static str]),
    /// The whole fragment is the value of one key.
    Under(&'static str),
}

/// A table that speaks about the thing that is being resolved.
#[derive(Clone, Copy, Debug)]
pub struct Fragment<'a> {
    /// Its layer.
    pub layer: Layer,
    table: &'a Table,
    keys: Keys,
}

/// What `[defaults.cluster]` says about clusters of their own only: each kind has its own words for its upgrade, and
/// scripts are submitted to clusters that stay.
const OF_CLUSTERS_ONLY: &[&str] = &["upgrade", "submit"];
/// What a workload inherits from its team.
const TO_WORKLOADS: &[&str] =
    &["labels", "annotations", "env", "image", "ray-version", "service-account", "monitoring", "ingress"];
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
/// References, of which half names nothing: neither layers nor `unset` take one apart.
const REFERENCES: &[&str] = &["username", "password"];
/// The selectors that choose instances are one unit: two layers' selectors might intersect to nothing.
const INSTANCE_SELECTORS: &[&str] = &["instance-types", "instance-families", "instance-sizes", "gpu"];

/// Two ways to say one thing: a layer that goes one way discards what weaker layers said the other way.
const ALTERNATIVES: [[&str; 2]; 1] = [["serve-config", "serve-config-file"]];

/// The files that speak about one team in one environment.
#[derive(Clone, Copy, Debug)]
pub struct Layers<'a> {
    /// raygen's own defaults.
    pub built_in: &'a Table,
    /// The platform file.
    pub platform: &'a Table,
    /// The environment's table in it.
    pub environment: &'a Table,
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
        push(&mut fragments, Layer::Team, Some(self.team), Keys::All);
        push(&mut fragments, Layer::Override, self.team_override, Keys::All);
        fragments
    }

    /// What speaks about a workload, such as `["clusters", "train"]`.
    pub fn of_workload(self, path: [&str; 2]) -> Vec<Fragment<'a>> {
        let mut fragments = Vec::new();
        for (layer, defaults) in self.defaults() {
            if layer == Layer::Environment {
                push(&mut fragments, layer, Some(self.environment), Keys::Only(OF_ENVIRONMENTS));
            }
            push(&mut fragments, layer, descend(defaults, &["team"]), Keys::Only(TO_WORKLOADS));
            for (table, keys) in defaults_tables(path[0]) {
                push(&mut fragments, layer, descend(defaults, &[table]), keys);
            }
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
            let of_workloads = defaults_tables(workload[0]).map(|(table, _)| descend(defaults, &[table]));
            push(&mut fragments, layer, descend(defaults, &["team"]), Keys::Only(FROM_TEAM_TO_GROUPS));
            for table in of_workloads.clone() {
                push(&mut fragments, layer, table, Keys::Only(TO_GROUPS));
            }
            push(&mut fragments, layer, descend(defaults, &["node-pool"]), Keys::Under("node-pool"));
            push(&mut fragments, layer, descend(defaults, &[kind]), Keys::All);
            for table in of_workloads {
                push(&mut fragments, layer, table.and_then(|table| descend(table, group)), Keys::All);
            }
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

/// The tables of `[defaults]` for a table of workloads, weakest first.
fn defaults_tables(workloads: &str) -> impl Iterator<Item = (&'static str, Keys)> + Clone {
    let kind = WorkloadKind::of_table(workloads).unwrap_or(WorkloadKind::Cluster);
    let of_every_kind = (kind != WorkloadKind::Cluster).then_some(("cluster", Keys::Except(OF_CLUSTERS_ONLY)));
    of_every_kind.into_iter().chain([(kind.defaults(), Keys::All)])
}

/// The strongest layer's `profile`.
pub(super) fn profile_of<'a>(fragments: &[Fragment<'a>]) -> Option<&'a Node> {
    fragments
        .iter()
        .rev()
        .filter(|fragment| matches!(fragment.keys, Keys::All))
        .find_map(|fragment| fragment.table.get("profile"))
}

fn push<'a>(fragments: &mut Vec<Fragment<'a>>, layer: Layer, table: Option<&'a Table>, keys: Keys) {
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
            remove(&mut merged, path, "");
        }
        if INSTANCE_SELECTORS.iter().any(|key| fragment.get(key).is_some()) {
            merged.retain(|key, _| !INSTANCE_SELECTORS.contains(&key.as_str()));
        }
        for [one, other] in ALTERNATIVES {
            match (fragment.get(one), fragment.get(other)) {
                (Some(_), None) => merged.shift_remove(other),
                (None, Some(_)) => merged.shift_remove(one),
                _ => None,
            };
        }
        if let Keys::Under(key) = fragment.keys {
            let table = merged.entry(key.to_owned()).or_insert_with(|| empty_table(fragment.table));
            if let Value::Table(inner) = &mut table.value {
                overlay(inner, fragment.table.iter(), key);
            }
        } else {
            overlay(&mut merged, fragment.table.iter().filter(|(key, _)| fragment.counts(key)), "");
        }
    }
    merged
}

impl<'a> Fragment<'a> {
    fn counts(self, key: &str) -> bool {
        match self.keys {
            Keys::All => !RESOLVED_APART.contains(&key),
            Keys::Only(keys) => keys.contains(&key),
            Keys::Except(keys) => !keys.contains(&key) && !RESOLVED_APART.contains(&key),
            Keys::Under(_) => false,
        }
    }

    /// Whether it is `node-pool` of the defaults, which every pool has.
    pub fn is_of_all_pools(self) -> bool {
        matches!(self.keys, Keys::Under(_))
    }

    /// What the fragment says about a path such as `["node-pool", "disk"]`.
    pub fn at(self, path: &[&str]) -> Option<&'a Node> {
        let (first, rest) = path.split_first()?;
        let (node, rest) = if let Keys::Under(key) = self.keys {
            let (second, rest) = rest.split_first().filter(|_| *first == key)?;
            (self.table.get(*second)?, rest)
        } else {
            (self.get(first)?, rest)
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
    is_reference(parent, key) || WHOLE.contains(&key)
}

fn is_reference(parent: &str, key: &str) -> bool {
    parent == "env" || REFERENCES.contains(&key)
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
fn remove(table: &mut Table, path: &str, parent: &str) {
    if table.shift_remove(path).is_some() {
        return;
    }
    if let Some((first, rest)) = path.split_once('.')
        && !is_reference(parent, first)
        && let Some(Value::Table(inner)) = table.get_mut(first).map(|node| &mut node.value)
    {
        remove(inner, rest, first);
    }
}
