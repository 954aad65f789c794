//! One side of a comparison, rendered, and what of it had to be left out.

use std::collections::BTreeSet;

use super::super::selection;
use crate::diagnostic::{Diagnostic, Severity};
use crate::impact::Side;
use crate::manifest::{self, Built};
use crate::resolve::{self, Resolution, Selection};
use crate::workspace::Workspace;

/// What the specs of one side make.
pub(super) struct Rendered {
    resolution: Resolution,
    built: Built,
    /// What is wrong with the specs; `lint` checks the objects.
    pub(super) errors: Vec<Diagnostic>,
    /// What cannot be rendered.
    pub(super) left_out: LeftOut,
}

/// Teams and environments that one side cannot render. To compare the other side with nothing would call all their objects
/// new, or gone.
#[derive(Clone, Debug, Default)]
pub(super) struct LeftOut {
    teams: BTreeSet<String>,
    environments: BTreeSet<String>,
}

impl LeftOut {
    /// The teams whose files have errors.
    pub(super) fn of_files(teams: Vec<String>, workspace: &Workspace) -> Self {
        let fine: BTreeSet<&str> = workspace.teams.iter().map(|team| team.name.as_str()).collect();
        let teams = teams.into_iter().filter(|team| !fine.contains(team.as_str())).collect();
        Self { teams, environments: BTreeSet::new() }
    }

    pub(super) fn either(a: &Self, b: &Self) -> Self {
        Self { teams: &a.teams | &b.teams, environments: &a.environments | &b.environments }
    }

    /// What to call them.
    pub(super) fn names(&self) -> Vec<String> {
        let teams = self.teams.iter().map(|team| format!("team `{team}`"));
        let environments = self.environments.iter().map(|environment| format!("environment `{environment}`"));
        environments.chain(teams).collect()
    }
}

impl Rendered {
    pub(super) fn new(workspace: &Workspace, selection: &Selection, mut left_out: LeftOut) -> Self {
        let resolution = resolve::resolve(workspace, selection);
        let built = manifest::build(&resolution);
        let found = [&workspace.diagnostics, &resolution.diagnostics, &built.diagnostics];
        let errors = found.into_iter().flatten().filter(|diagnostic| diagnostic.severity == Severity::Error);
        let errors: Vec<Diagnostic> =
            errors.filter(|error| is_selected(error, workspace, selection)).cloned().collect();
        left_out.teams.retain(|team| selection.has_team(team));
        left_out.teams.extend(errors.iter().filter_map(|error| team_of(error, workspace)).map(str::to_owned));
        let written = workspace.platform.as_ref().and_then(|platform| platform.root.child("environments")?.table());
        let written = written.into_iter().flat_map(|table| table.keys());
        let lost =
            written.filter(|name| selection.has_environment(name) && !resolution.environments.contains_key(*name));
        left_out.environments = lost.cloned().collect();
        Self { resolution, built, errors, left_out }
    }

    /// The objects, without those that the other side or this one cannot render.
    pub(super) fn side(&self, left_out: &LeftOut) -> Side<'_> {
        let releases = self.resolution.environments.iter();
        let releases = releases.map(|(name, environment)| (name.as_str(), &environment.releases)).collect();
        let selects_teams = !self.resolution.selection.teams.is_empty();
        let manifests = self.built.manifests.iter().filter(|manifest| {
            let is_out = match &manifest.team {
                Some(team) => left_out.teams.contains(team),
                None => selects_teams,
            };
            !is_out && !left_out.environments.contains(&manifest.environment.name)
        });
        Side::new(releases, manifests)
    }

    /// The errors, a line each.
    pub(super) fn problems<'a>(&'a self, workspace: &'a Workspace) -> impl Iterator<Item = String> + 'a {
        self.errors.iter().map(|error| match error.span {
            Some(span) => {
                let (line, _) = workspace.sources.line_column(span);
                format!("{}:{line}: {}", workspace.sources.get(span.file).path, error.message)
            }
            None => error.message.clone(),
        })
    }
}

/// The team in whose file the error is.
fn team_of<'a>(error: &Diagnostic, workspace: &'a Workspace) -> Option<&'a str> {
    selection::team_of(&workspace.sources.get(error.span?.file).path)
}

fn is_selected(error: &Diagnostic, workspace: &Workspace, selection: &Selection) -> bool {
    team_of(error, workspace).is_none_or(|team| selection.has_team(team))
}
