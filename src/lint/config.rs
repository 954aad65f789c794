//! `[lint]` and `[[allow]]`: severities, and what is waived with a reason.

use std::collections::BTreeMap;

use super::{Group, rule, rules};
use crate::diagnostic::{Diagnostic, Severity, did_you_mean};
use crate::document::{Node, Table};
use crate::source::{FileId, Span};
use crate::workspace::Workspace;

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
    /// Only for this file's diagnostics.
    file: Option<FileId>,
    /// Where it stands.
    span: Span,
    /// Whether a team wrote it.
    of_team: bool,
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
                let file = team.and_then(|team| file_of(workspace, team, &mut diagnostics));
                if team.is_none() || file.is_some() {
                    config.read_allow(node, file, false, &mut diagnostics);
                }
            }
        }
        for team in &workspace.teams {
            for node in team.document.root.child("allow").map_or(&[][..], Node::items) {
                config.read_allow(node, Some(team.document.file), true, &mut diagnostics);
            }
        }
        (config, diagnostics)
    }

    fn read_lint(&mut self, lint: &Table, diagnostics: &mut Vec<Diagnostic>) {
        for (name, node) in lint.get("severity").and_then(Node::table).into_iter().flatten() {
            let severity = match node.string() {
                Some("error") => Some(Severity::Error),
                Some("warning") => Some(Severity::Warning),
                _ => None,
            };
            if known(name, node.key, diagnostics) {
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

    fn read_allow(&mut self, node: &Node, file: Option<FileId>, of_team: bool, diagnostics: &mut Vec<Diagnostic>) {
        let Some(name) = node.child("rule") else { return };
        let span = name.span;
        let name = name.string().unwrap_or_default();
        if !known(name, span, diagnostics) {
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
        self.allows.push(Allow { rule: name.to_owned(), file, span, of_team });
    }

    fn team_may_waive(&self, name: &str) -> bool {
        if never_by_teams(name) {
            return false;
        }
        match &self.team_allow {
            Some(names) => names.iter().any(|each| each == name),
            None => rule(name).is_some_and(|rule| rule.severity == Severity::Warning),
        }
    }

    /// Sets severities, drops what is waived or off, and reports waivers that waive nothing.
    pub fn apply(&self, mut diagnostics: Vec<Diagnostic>) -> (Vec<Diagnostic>, Waived) {
        let before = diagnostics.len();
        let mut used = vec![false; self.allows.len()];
        diagnostics.retain_mut(|diagnostic| {
            match self.severities.get(diagnostic.rule) {
                Some(None) => return false,
                Some(Some(severity)) => diagnostic.severity = *severity,
                None => {}
            }
            let file = diagnostic.span.map(|span| span.file);
            let waiver = self
                .allows
                .iter()
                .position(|allow| allow.rule == diagnostic.rule && (allow.file.is_none() || allow.file == file));
            if let Some(index) = waiver {
                used[index] = true;
            }
            waiver.is_none()
        });
        let waived = before - diagnostics.len();
        for (allow, _) in self.allows.iter().zip(used).filter(|(_, used)| !used) {
            let message = format!("nothing here raises `{}`, so waiving it does nothing", allow.rule);
            let by = if allow.of_team {
                "take the `[[allow]]` out"
            } else {
                "take the `[[allow]]` out, or name the right team"
            };
            diagnostics.push(Diagnostic::warning("unused-allow", allow.span, message).help(by));
        }
        (diagnostics, waived)
    }
}

fn file_of(workspace: &Workspace, team: &Node, diagnostics: &mut Vec<Diagnostic>) -> Option<FileId> {
    let name = team.string().unwrap_or_default();
    if let Some(found) = workspace.teams.iter().find(|each| each.name == name) {
        return Some(found.document.file);
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
