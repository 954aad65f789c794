//! One side of a comparison: its specs, what they make, and what of it has to be left out.

use std::collections::BTreeSet;

use anyhow::{Result, bail};

use super::super::selection;
use crate::diagnostic::{Diagnostic, Severity};
use crate::impact::Side;
use crate::manifest::{self, Built};
use crate::resolve::{self, Resolution, Selection};
use crate::workspace::{Revision, Specs, Workspace};

/// The specs of one side.
pub(super) struct Parsed {
    /// The specs, without those that the other side has too.
    pub(super) workspace: Workspace,
    /// Whether there are no specs at all.
    pub(super) is_empty: bool,
    /// Teams whose files have errors.
    broken: BTreeSet<String>,
}

impl Parsed {
    pub(super) fn new(specs: Specs) -> Result<Self> {
        if specs.is_empty() {
            return Ok(Self { workspace: Workspace::default(), is_empty: true, broken: BTreeSet::new() });
        }
        let mut broken: BTreeSet<String> = specs.teams().map(str::to_owned).collect();
        let workspace = specs.parse()?;
        for team in &workspace.teams {
            broken.remove(&team.name);
        }
        Ok(Self { workspace, is_empty: false, broken })
    }

    /// Takes out of both sides the teams of which nothing has changed.
    pub(super) fn drop_unchanged(old: &mut Self, new: &mut Self) {
        Workspace::drop_unchanged(&mut old.workspace, &mut new.workspace);
    }

    /// The environments that the platform's file names.
    pub(super) fn environments(&self) -> impl Iterator<Item = &String> {
        let platform = self.workspace.platform.as_ref();
        let table = platform.and_then(|platform| platform.root.child("environments")?.table());
        table.into_iter().flat_map(|table| table.keys())
    }

    /// Without the platform there is nothing.
    pub(super) fn cannot_be_rendered(&self) -> bool {
        self.workspace.platform.is_none()
    }

    /// A base that has specs must have a platform, or all that is there would seem new.
    pub(super) fn check_base(&self, revision: &Revision) -> Result<()> {
        if self.is_empty || !self.cannot_be_rendered() {
            return Ok(());
        }
        let reason = self.workspace.diagnostics.first().map_or("no reason given", |diagnostic| &diagnostic.message);
        bail!("the specs of {} cannot be rendered: {reason}", revision.name)
    }
}

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
    pub(super) fn new(parsed: &Parsed, selection: &Selection) -> Self {
        let workspace = &parsed.workspace;
        let resolution = resolve::resolve(workspace, selection);
        let built = manifest::build(&resolution);
        let found = [&workspace.diagnostics, &resolution.diagnostics, &built.diagnostics].into_iter().flatten();
        let errors = found.filter(|diagnostic| diagnostic.severity == Severity::Error);
        let selected = |error: &&Diagnostic| team_of(error, workspace).is_none_or(|team| selection.has_team(team));
        let errors: Vec<Diagnostic> = errors.filter(selected).cloned().collect();
        let broken = parsed.broken.iter().filter(|team| selection.has_team(team)).cloned();
        let wrong = errors.iter().filter_map(|error| team_of(error, workspace)).map(str::to_owned);
        let lost = |name: &&String| selection.has_environment(name) && !resolution.environments.contains_key(*name);
        let left_out = LeftOut {
            teams: broken.chain(wrong).collect(),
            environments: parsed.environments().filter(lost).cloned().collect(),
        };
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
