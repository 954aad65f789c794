//! The teams and environments that a command line names.

use std::collections::BTreeSet;

use anyhow::{Result, bail};

use crate::diagnostic::did_you_mean;
use crate::manifest::gitops::DIRECTORY;
use crate::resolve::Selection;
use crate::tree::Scope;
use crate::workspace::Workspace;

/// The arguments, which must name teams and environments that exist. What is wrong in the files of teams that are not
/// selected is dropped: it must not stop those that are.
pub(super) fn select(workspace: &mut Workspace, teams: &[String], environments: &[String]) -> Result<Selection> {
    let known_teams: Vec<&str> = workspace.sources.paths().filter_map(team_of).collect();
    for team in teams {
        known("team", team, &known_teams)?;
    }
    let platform = workspace.platform.as_ref().and_then(|platform| platform.root.child("environments"));
    if let Some(table) = platform.and_then(|node| node.table()) {
        let known_environments: Vec<&str> = table.keys().map(String::as_str).collect();
        for environment in environments {
            known("environment", environment, &known_environments)?;
        }
    }
    let sources = &workspace.sources;
    workspace.diagnostics.retain(|diagnostic| {
        let team = diagnostic.span.and_then(|span| team_of(&sources.get(span.file).path));
        teams.is_empty() || team.is_none_or(|team| teams.iter().any(|selected| selected == team))
    });
    Ok(Selection { teams: teams.to_vec(), environments: environments.to_vec() })
}

/// The team of a spec file, such as `vision` of `teams/vision.toml`. A leading `_` is never a team.
pub(super) fn team_of(path: &str) -> Option<&str> {
    path.strip_prefix("teams/")?.strip_suffix(".toml").filter(|name| !name.starts_with('_') && !name.contains('/'))
}

pub(super) fn known(what: &str, name: &str, all: &[&str]) -> Result<()> {
    if all.contains(&name) {
        return Ok(());
    }
    let all: BTreeSet<&str> = all.iter().copied().collect();
    match did_you_mean(name, all.iter().copied()) {
        Some(close) => bail!("there is no {what} `{name}`; did you mean `{close}`?"),
        None if (1..=10).contains(&all.len()) => {
            bail!("there is no {what} `{name}`; there are {}", all.into_iter().collect::<Vec<_>>().join(", "))
        }
        None => bail!("there is no {what} `{name}`"),
    }
}

/// Where files may be orphans: everywhere, or in what the selected teams and environments own.
pub(super) fn scope<'a>(selection: &Selection, environments: impl Iterator<Item = &'a String>) -> Scope {
    if selection.teams.is_empty() {
        return if selection.environments.is_empty() {
            Scope::everything()
        } else {
            let wiring = selection.environments.iter().map(|environment| wiring_of(environment));
            Scope::everything().below(selection.environments.iter().cloned().chain(wiring))
        };
    }
    let directories = environments.flat_map(|environment| {
        let of_teams = selection.teams.iter().map(move |team| format!("{environment}/{team}"));
        of_teams.chain([format!("{environment}/_cluster"), wiring_of(environment)])
    });
    Scope::everything()
        .below(directories.collect::<Vec<_>>())
        .from_sources(selection.teams.iter().map(|team| format!("teams/{team}.toml")))
}

/// The directory of an environment's wiring.
fn wiring_of(environment: &str) -> String {
    format!("{DIRECTORY}/{environment}")
}
