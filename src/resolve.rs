//! From documents to resolved teams: layers are merged, templates rendered, names composed. No I/O.

mod workload;
mod environment;
pub mod explain;
mod fault_tolerance;
mod gitops;
mod group;
mod ingress;
pub mod instance_types;
mod instances;
mod job;
mod layers;
mod merge;
mod model;
mod monitoring;
pub mod names;
mod network;
mod pod_need;
mod secret;
mod serve;
mod storage;
mod submission;
mod team;
pub mod template;
mod values;
mod whole_node;

use std::sync::{Arc, LazyLock};

use indexmap::IndexMap;
use rayon::prelude::*;

pub use self::gitops::{ArgoCd, Destination, Flux, GitOps};
pub use self::group::env_text;
pub use self::ingress::{Alb, Controller, Gateway, HealthCheck, Ingress, Login, Nginx, NginxAuth, Provider};
pub use self::job::{Job, Schedule, SelectedJob, Submitter};
pub use self::layers::{Fragment, Layer, Layers, OF_ENVIRONMENTS, leaves};
pub use self::model::{
    Auth, Autoscaling, Environment, FaultTolerance, Group, IncrementalUpgrade, Instances, NodePool, PlacedPatch,
    PodSecurity, Resolution, Serve, ServeService, ServiceAccount, SharedPool, Team, VersionSpans, WorkerGroup,
    Workload,
};
pub use self::monitoring::{Alerts, MetricsHosts, Monitoring};
pub use self::network::{NetworkPeer, NetworkPolicy, NetworkRule};
pub use self::secret::{Secret, SecretStore};
pub use self::storage::{FSX_STARTUP_TAINT, Mount, Source, Storage, Volume};
pub use self::submission::{Script, Submission};
pub use self::values::{SpecPath, Values};
pub use self::whole_node::WholeNode;
use crate::diagnostic::{self, Diagnostic};
use crate::document::{self, Node, Table};
use crate::source::FileId;
use crate::workspace::{TeamDocument, Workspace};

/// The built-in defaults, set 1.
pub const DEFAULTS: &str = include_str!("resolve/defaults-1.toml");

/// The built-in defaults as a table. Their spans point into [`DEFAULTS`], which has no file of its own.
pub fn built_in() -> &'static Table {
    static TABLE: LazyLock<Node> = LazyLock::new(|| document::parse(FileId::BUILT_IN, DEFAULTS).0);
    TABLE.table().expect("a document is a table")
}

/// What to render: nothing named means everything.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Teams.
    pub teams: Vec<String>,
    /// Environments.
    pub environments: Vec<String>,
}

impl Selection {
    /// Whether the team is chosen.
    pub fn has_team(&self, name: &str) -> bool {
        self.teams.is_empty() || self.teams.iter().any(|team| team == name)
    }

    /// Whether the environment is chosen.
    pub fn has_environment(&self, name: &str) -> bool {
        self.environments.is_empty() || self.environments.iter().any(|environment| environment == name)
    }
}

/// Resolves every selected team in every selected environment. What is wrong with a team does not stop the others.
pub fn resolve(workspace: &Workspace, selection: &Selection) -> Resolution {
    let Some(platform) = &workspace.platform else {
        return Resolution { selection: selection.clone(), ..Resolution::default() };
    };
    let mut diagnostics = Vec::new();
    let root = &platform.root;
    let platform = root.table().expect("a document is a table");
    let catalog = Arc::new(instance_types::resolve(platform, &mut diagnostics));
    let environments = environment::resolve(root, &catalog, &mut diagnostics);
    let chosen: IndexMap<String, Arc<Environment>> = environments
        .iter()
        .filter(|(name, _)| selection.has_environment(name))
        .map(|(name, environment)| (name.clone(), Arc::clone(environment)))
        .collect();

    let pairs: Vec<(&Arc<Environment>, &TeamDocument)> = chosen
        .values()
        .flat_map(|environment| workspace.teams.iter().map(move |team| (environment, team)))
        .filter(|(_, team)| selection.has_team(&team.name))
        .collect();
    let resolved: Vec<(Option<Team>, Vec<Diagnostic>)> = pairs
        .into_par_iter()
        .map(|(environment, document)| team::resolve(workspace, platform, environment, document))
        .collect();
    let mut teams = Vec::with_capacity(resolved.len());
    for (team, found) in resolved {
        teams.extend(team);
        diagnostics.extend(found);
    }
    for document in workspace.teams.iter().filter(|document| selection.has_team(&document.name)) {
        team::check_environments(document, &environments, &mut diagnostics);
        storage::check_environments(document, &environments, &mut diagnostics);
    }
    environment::check_policy(platform, &mut diagnostics);
    let pools = shared_pools(platform, &chosen);
    diagnostic::sort_and_deduplicate(&mut diagnostics);
    Resolution { environments: chosen, teams, pools, catalog, selection: selection.clone(), diagnostics }
}

fn shared_pools(platform: &Table, environments: &IndexMap<String, Arc<Environment>>) -> Vec<SharedPool> {
    let Some(pools) = platform.get("pools").and_then(Node::table) else { return Vec::new() };
    let empty = Table::new();
    let mut resolved = Vec::new();
    for environment in environments.values() {
        for (name, node) in pools {
            let layers = Layers {
                built_in: built_in(),
                platform,
                environment: environment::table_of(platform, &environment.name),
                environment_name: &environment.name,
                team: &empty,
                team_override: None,
            };
            let (pool, merged) = group::resolve_shared(layers, environment, name);
            let root = team::tree(node, vec![("pools", vec![(name.as_str(), team::tree_of(node, merged))])]);
            let values = Arc::new(Values { root, source: "teams/_platform.toml".to_owned() });
            resolved.push(SharedPool { environment: Arc::clone(environment), values, pool });
        }
    }
    resolved.sort_by(|a, b| (&a.environment.name, &a.pool.name).cmp(&(&b.environment.name, &b.pool.name)));
    resolved
}
