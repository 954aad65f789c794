//! `[lint]`, `[[allow]]` and the annotation of manifests: severities, and what is waived with a reason.

use std::collections::{BTreeMap, BTreeSet};

use super::waiver::{self, Waiver};
use super::{Check, Group, Rule, rule, rules};
use crate::diagnostic::{Diagnostic, Severity, did_you_mean};
use crate::document::{Node, Table};
use crate::objects::ReadObject;
use crate::resolve::Selection;
use crate::source::{FileId, Span};
use crate::workspace::{TeamDocument, Workspace};

/// What `[lint]` and `[[allow]]` say.
#[derive(Debug, Default)]
pub struct Config {
    /// Severities by rule; `None` switches a rule off.
    severities: BTreeMap<String, Option<Severity>>,
    /// Rules that teams may waive; `None`: all warnings.
    team_allow: Option<Vec<String>>,
    allows: Vec<Allow>,
}

/// A waiver.
#[derive(Debug)]
struct Allow {
    rule: String,
    /// Only for this team's diagnostics.
    team: Option<Of>,
    /// Where it stands.
    span: Span,
    /// Whether a team wrote it.
    of_team: bool,
}

/// A team that a waiver is for.
#[derive(Clone, Debug)]
struct Of {
    name: String,
    /// The team's file; none where it could not be read.
    file: Option<FileId>,
    /// The files beside it that it names.
    beside: Vec<FileId>,
}

impl Of {
    fn team(workspace: &Workspace, team: &TeamDocument) -> Self {
        let beside = workspace.files_of(team).collect();
        Self { name: team.name.clone(), file: Some(team.document.file), beside }
    }

    fn has(&self, file: FileId) -> bool {
        self.file == Some(file) || self.beside.contains(&file)
    }
}

/// How many diagnostics were waived.
pub type Waived = usize;

impl Config {
    /// Reads the workspace's configuration. What is wrong with it is returned too.
    pub fn read(workspace: &Workspace) -> (Self, Vec<Diagnostic>) {
        let mut config = Self::default();
        let mut diagnostics = Vec::new();
        if let Some(platform) = &workspace.platform {
            if let Some(lint) = platform.root.child("lint").and_then(Node::table) {
                config.read_lint(lint, &mut diagnostics);
            }
            for node in platform.root.child("allow").map_or(&[][..], Node::items) {
                let team = node.child("team");
                let of = team.and_then(|team| team_of(workspace, team, &mut diagnostics));
                if team.is_none() || of.is_some() {
                    config.read_allow(node, of, false, &mut diagnostics);
                }
            }
        }
        for team in &workspace.teams {
            for node in team.document.root.child("allow").map_or(&[][..], Node::items) {
                let of = Of::team(workspace, team);
                config.read_allow(node, Some(of), true, &mut diagnostics);
            }
        }
        (config, diagnostics)
    }

    /// What the platform says about manifests that have no spec: severities, and waivers that are for everyone.
    pub fn of_manifests(workspace: Option<&Workspace>) -> (Self, Vec<Diagnostic>) {
        let (mut config, diagnostics) = workspace.map_or_else(Default::default, Self::read);
        config.allows.retain(|allow| allow.team.is_none());
        let of_config = ["forbidden-allow", "unknown-rule"];
        (config, diagnostics.into_iter().filter(|diagnostic| of_config.contains(&diagnostic.rule)).collect())
    }

    /// [`Self::apply`] for manifests: what an object's annotation waives is dropped too. The platform's waivers are for
    /// its teams, so that one which waives nothing here is no problem.
    pub fn apply_to_manifests(
        &self,
        mut diagnostics: Vec<Diagnostic>,
        objects: &[ReadObject],
    ) -> (Vec<Diagnostic>, Waived) {
        let mut of_waivers = Vec::new();
        let waivers: Vec<Waiver> =
            objects.iter().flat_map(|object| waiver::of_object(object, &mut of_waivers)).collect();
        let mut used = vec![false; waivers.len()];
        let before = diagnostics.len();
        diagnostics.retain_mut(|diagnostic| {
            if !self.set_severity(diagnostic) {
                return false;
            }
            let waived = waivers.iter().position(|waiver| waiver.covers(diagnostic));
            if let Some(index) = waived {
                used[index] = true;
            }
            waived.is_none() && !self.allows.iter().any(|allow| allow.rule == diagnostic.rule)
        });
        let waived = before - diagnostics.len();
        for (waiver, _) in waivers.iter().zip(used).filter(|(_, used)| !used) {
            let message = format!("this object does not raise `{}`, so waiving it does nothing", waiver.rule);
            of_waivers.push(
                Diagnostic::warning("unused-allow", waiver.span, message).help("take its line out of the annotation"),
            );
        }
        of_waivers.retain_mut(|diagnostic| self.set_severity(diagnostic));
        diagnostics.extend(of_waivers);
        (diagnostics, waived)
    }

    fn read_lint(&mut self, lint: &Table, diagnostics: &mut Vec<Diagnostic>) {
        for (name, node) in lint.get("severity").and_then(Node::table).into_iter().flatten() {
            let severity = match node.string() {
                Some("error") => Some(Severity::Error),
                Some("warning") => Some(Severity::Warning),
                _ => None,
            };
            if known(name, node.key, diagnostics) && changeable(name, node.key, "lowered or switched off", diagnostics)
            {
                self.severities.insert(name.clone(), severity);
            }
        }
        if let Some(node) = lint.get("team-allow") {
            let mut names = Vec::new();
            for item in node.items() {
                let name = item.string().unwrap_or_default();
                if known(name, item.span, diagnostics) && waivable_by_teams(name, item.span, diagnostics) {
                    names.push(name.to_owned());
                }
            }
            self.team_allow = Some(names);
        }
    }

    fn read_allow(&mut self, node: &Node, team: Option<Of>, of_team: bool, diagnostics: &mut Vec<Diagnostic>) {
        let Some(name) = node.child("rule") else { return };
        let span = name.span;
        let name = name.string().unwrap_or_default();
        if !known(name, span, diagnostics) || !changeable(name, span, "waived", diagnostics) {
            return;
        }
        if of_team && !self.team_may_waive(name) {
            let message = format!("a team may not waive `{name}`");
            let help = if never_by_teams(name) {
                "ask the platform: `[[allow]]` with `team` in `teams/_platform.toml` can"
            } else {
                "ask the platform to list it in `[lint] team-allow`"
            };
            diagnostics.push(Diagnostic::error("forbidden-allow", span, message).help(help));
            return;
        }
        self.allows.push(Allow { rule: name.to_owned(), team, span, of_team });
    }

    fn team_may_waive(&self, name: &str) -> bool {
        if never_by_teams(name) {
            return false;
        }
        match &self.team_allow {
            Some(names) => names.iter().any(|each| each == name),
            None => match self.severities.get(name) {
                Some(severity) => *severity != Some(Severity::Error),
                None => rule(name).is_some_and(|rule| rule.severity == Severity::Warning),
            },
        }
    }

    /// Sets severities, drops what is waived or off, and reports waivers that waive nothing in what was looked at.
    pub fn apply(&self, mut diagnostics: Vec<Diagnostic>, looked_at: &Selection) -> (Vec<Diagnostic>, Waived) {
        let before = diagnostics.len();
        let mut used = vec![false; self.allows.len()];
        let mut unseen = BTreeSet::new();
        diagnostics.retain_mut(|diagnostic| {
            let file = diagnostic.span.map(|span| span.file);
            if leaves_something_out(diagnostic) {
                unseen.insert(file);
                return true;
            }
            if !self.set_severity(diagnostic) {
                return false;
            }
            let waiver = self.allows.iter().position(|allow| allow.covers(diagnostic.rule, file));
            if let Some(index) = waiver {
                used[index] = true;
            }
            waiver.is_none()
        });
        let waived = before - diagnostics.len();
        for (allow, _) in self.allows.iter().zip(used).filter(|(_, used)| !used) {
            let mut diagnostic = allow.unused();
            if allow.was_looked_at(looked_at, &unseen) && self.set_severity(&mut diagnostic) {
                diagnostics.push(diagnostic);
            }
        }
        (diagnostics, waived)
    }

    /// Sets the severity that the platform chose; whether the rule is on.
    fn set_severity(&self, diagnostic: &mut Diagnostic) -> bool {
        match self.severities.get(diagnostic.rule) {
            Some(None) => return false,
            Some(Some(severity)) => diagnostic.severity = *severity,
            None => {}
        }
        true
    }
}

impl Allow {
    fn covers(&self, rule: &str, file: Option<FileId>) -> bool {
        self.rule == rule && self.team.as_ref().is_none_or(|team| file.is_some_and(|file| team.has(file)))
    }

    /// Whether all that it could waive was looked at: not where only some teams or environments were chosen, nor where
    /// an error left something out.
    fn was_looked_at(&self, selection: &Selection, unseen: &BTreeSet<Option<FileId>>) -> bool {
        let chosen = match &self.team {
            Some(team) => selection.has_team(&team.name) && !unseen.contains(&team.file) && team.file.is_some(),
            None => selection.teams.is_empty() && unseen.is_empty(),
        };
        chosen && selection.environments.is_empty()
    }

    fn unused(&self) -> Diagnostic {
        let message = format!("nothing here raises `{}`, so waiving it does nothing", self.rule);
        let help =
            if self.of_team { "take the `[[allow]]` out" } else { "take the `[[allow]]` out, or name the right team" };
        Diagnostic::warning("unused-allow", self.span, message).help(help)
    }
}

/// What loading, resolving or building report as an error left something out of what is rendered, so that waiving it
/// would drop manifests in silence. What schemas find can be wrong about a cluster and leaves nothing out.
fn leaves_something_out(diagnostic: &Diagnostic) -> bool {
    diagnostic.severity == Severity::Error && rule(diagnostic.rule).is_none_or(is_of_stage)
}

fn is_of_stage(rule: &Rule) -> bool {
    matches!(rule.check, Check::Stage) && rule.group != Group::Schema
}

/// Whether the rule can be waived or lowered at all.
fn changeable(name: &str, span: Span, what: &str, diagnostics: &mut Vec<Diagnostic>) -> bool {
    let Some(rule) = rule(name).filter(|rule| is_of_stage(rule) && rule.severity == Severity::Error) else {
        return true;
    };
    // Of drift nothing could be accepted for a reason: what is deployed would be what nobody wrote down.
    let why =
        if rule.is_drift() { "it is all that `render --check` is for" } else { "what it reports cannot be rendered" };
    let message = format!("`{name}` cannot be {what}: {why}");
    diagnostics.push(Diagnostic::error("forbidden-allow", span, message).help("mend what it reports"));
    false
}

fn team_of(workspace: &Workspace, team: &Node, diagnostics: &mut Vec<Diagnostic>) -> Option<Of> {
    let name = team.string().unwrap_or_default();
    if let Some(team) = workspace.teams.iter().find(|each| each.name == name) {
        return Some(Of::team(workspace, team));
    }
    if workspace.sources.text_of(&format!("teams/{name}.toml")).is_some() {
        return Some(Of { name: name.to_owned(), file: None, beside: Vec::new() });
    }
    let mut diagnostic = Diagnostic::error("unknown-team", team.span, format!("there is no team `{name}`"));
    if let Some(close) = did_you_mean(name, workspace.teams.iter().map(|team| team.name.as_str())) {
        diagnostic = diagnostic.help(format!("did you mean `{close}`?"));
    }
    diagnostics.push(diagnostic);
    None
}

fn known(name: &str, span: Span, diagnostics: &mut Vec<Diagnostic>) -> bool {
    if rule(name).is_some() {
        return true;
    }
    let mut diagnostic = Diagnostic::error("unknown-rule", span, format!("there is no rule `{name}`"));
    diagnostic = match did_you_mean(name, rules::ALL.iter().map(|rule| rule.name)) {
        Some(close) => diagnostic.help(format!("did you mean `{close}`?")),
        None => diagnostic.help("`raygen explain` lists all rules"),
    };
    diagnostics.push(diagnostic);
    false
}

/// Policy, security and the schemas are the platform's alone.
fn never_by_teams(name: &str) -> bool {
    rule(name).is_none_or(|rule| matches!(rule.group, Group::Policy | Group::Security | Group::Schema))
}

fn waivable_by_teams(name: &str, span: Span, diagnostics: &mut Vec<Diagnostic>) -> bool {
    if !never_by_teams(name) {
        return true;
    }
    let message = format!("`{name}` is policy, security or schema, which teams can never waive");
    diagnostics
        .push(Diagnostic::error("forbidden-allow", span, message).help("waive it here, with `[[allow]]` and `team`"));
    false
}
