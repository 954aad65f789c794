//! Layers: which fragments of which files speak about a team, a workload or a group, and how they merge.
//!
//! From weakest to strongest: built-in, `[defaults]`, `[environments.<e>.defaults]`, the profile that a group names,
//! team, workload, group, `[override.<e>]`. Tables merge by key; arrays and what makes sense only as a whole replace.
//!
//! Among the defaults of one layer, those of `cluster` speak about the Ray cluster of every workload, and those of a
//! kind, such as `service`, are stronger.

use std::fmt;
use std::sync::LazyLock;

pub use super::merge::leaves;
pub(super) use super::merge::merge;
use crate::document::{Node, Table};
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
pub(super) enum Keys<'a> {
    /// All but those that are resolved on their own.
    All,
    /// Only what is inherited from above.
    Only(&'static [&'static str]),
    /// All but those, and but what `All` leaves out.
    Except(&'static [&'static str]),
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
    pub(super) table: &'a Table,
    pub(super) keys: Keys<'a>,
}

/// What `[defaults.cluster]` says about clusters of their own only: each kind has its own words for its upgrade, and
/// scripts are submitted to clusters that stay.
const OF_CLUSTERS_ONLY: &[&str] = &["upgrade", "submit"];
/// What a workload inherits from its team.
const TO_WORKLOADS: &[&str] = &[
    "labels",
    "annotations",
    "env",
    "image",
    "ray-version",
    "service-account",
    "monitoring",
    "ingress",
    "mounts",
    "network-policy",
];
/// What a group inherits from its workload.
const TO_GROUPS: &[&str] =
    &["labels", "annotations", "env", "env-from", "image", "pull-policy", "pod-labels", "pod-annotations"];
/// What a group inherits from its team.
const FROM_TEAM_TO_GROUPS: &[&str] = &["labels", "annotations", "env", "image"];
/// The site's part that environments set outside of their `defaults`.
pub const OF_ENVIRONMENTS: &[&str] = &["ingress", "monitoring"];
/// Keys of workloads and teams that are resolved on their own.
const RESOLVED_APART: &[&str] = &["head", "workers", "clusters", "services", "jobs", "cron-jobs", "override", "unset"];
/// The selectors that choose instances are one unit: two layers' selectors might intersect to nothing.
pub(super) const INSTANCE_SELECTORS: &[&str] = &["instance-types", "instance-families", "instance-sizes", "gpu"];

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
fn defaults_tables(workloads: &str) -> impl Iterator<Item = (&'static str, Keys<'static>)> + Clone + use<> {
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

impl<'a> Fragment<'a> {
    /// Whether the fragment speaks with this key.
    pub(super) fn counts(self, key: &str) -> bool {
        match self.keys {
            Keys::All => !RESOLVED_APART.contains(&key),
            Keys::Only(keys) => keys.contains(&key),
            Keys::Except(keys) => !keys.contains(&key) && !RESOLVED_APART.contains(&key),
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
            Keys::All | Keys::Only(_) | Keys::Except(_) => (self.get(first)?, rest),
        };
        rest.iter().try_fold(node, |node, key| node.child(key))
    }

    /// What the fragment says with a key.
    pub(super) fn get(self, key: &str) -> Option<&'a Node> {
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
