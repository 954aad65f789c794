//! `raygen explain`: a rule's page, the table of rules, or where a value came from.

use std::fmt::Write as _;

use anyhow::{Result, bail};

use super::{Status, Terminal};
use crate::cli;
use crate::diagnostic::did_you_mean;
use crate::lint::{self, rules};
use crate::report::word;
use crate::resolve::explain::{self, Explained};
use crate::resolve::{self, Resolution, Selection};
use crate::workspace::{self, Workspace};

pub(super) fn run(args: &cli::Explain, terminal: &Terminal) -> Result<Status> {
    match (args.what.as_deref(), args.key.as_deref()) {
        (None, _) => terminal.print(&table())?,
        (Some(rule), None) => terminal.print(page(rule)?)?,
        (Some(team), Some(key)) => {
            let workspace = workspace::load(&args.root.root)?;
            terminal.print(&value(&workspace, team, key, args.environment.as_deref())?)?;
        }
    }
    Ok(Status::Fine)
}

/// The rules as a Markdown table, which the README holds too.
pub fn table() -> String {
    let mut table = "| rule | severity | what it finds |\n|---|---|---|\n".to_owned();
    let mut sorted: Vec<_> = rules::ALL.to_vec();
    sorted.sort_by_key(|rule| (rule.group, rule.name));
    let mut group = None;
    for rule in sorted {
        if group != Some(rule.group) {
            let _ = writeln!(table, "| **{}** | | |", rule.group.name());
            group = Some(rule.group);
        }
        let _ = writeln!(table, "| `{}` | {} | {} |", rule.name, word(rule.severity), rule.summary);
    }
    table
}

fn page(name: &str) -> Result<&'static str> {
    if let Some(rule) = lint::rule(name) {
        // The first line may be a note for the tests.
        return Ok(rule.page.find("# ").map_or(rule.page, |start| &rule.page[start..]));
    }
    match did_you_mean(name, rules::ALL.iter().map(|rule| rule.name)) {
        Some(close) => bail!("there is no rule `{name}`; did you mean `{close}`?"),
        None => {
            bail!("there is no rule `{name}`; `raygen explain` lists all, `raygen explain TEAM KEY` explains a value")
        }
    }
}

fn value(workspace: &Workspace, team: &str, key: &str, only: Option<&str>) -> Result<String> {
    if !workspace.teams.iter().any(|document| document.name == team) {
        match did_you_mean(team, workspace.teams.iter().map(|document| document.name.as_str())) {
            Some(close) => bail!("there is no team `{team}` without errors; did you mean `{close}`?"),
            None => bail!("there is no team `{team}` without errors"),
        }
    }
    let keys: Vec<&str> = key.split('.').collect();
    let environments: Vec<String> = only.map(str::to_owned).into_iter().collect();
    let resolution = resolve::resolve(workspace, &Selection { teams: vec![team.to_owned()], environments });
    let mut text = String::new();
    for environment in resolution.environments.values() {
        if !resolution.teams.iter().any(|team| team.environment.name == environment.name) {
            continue;
        }
        if let Some(explained) = explain::explain(workspace, environment, team, &keys) {
            history(workspace, &environment.name, key, &explained, &mut text);
        }
        text.push_str(&arithmetic(&resolution, &environment.name, key));
    }
    if text.is_empty() {
        let known = explain::known_keys(workspace, team);
        match did_you_mean(key, known.iter().map(String::as_str)) {
            Some(close) => bail!("no layer sets `{key}` for team `{team}`; did you mean `{close}`?"),
            None => bail!("no layer sets `{key}` for team `{team}`"),
        }
    }
    Ok(text)
}

/// How the amounts of a group that fills whole nodes were computed: all for `whole-node`, or the one that `key` names.
fn arithmetic(resolution: &Resolution, environment: &str, key: &str) -> String {
    let workloads = resolution.teams.iter().filter(|team| team.environment.name == environment);
    let groups = workloads.flat_map(|team| &team.workloads).flat_map(|workload| workload.groups());
    let mut text = String::new();
    for (group, whole_node) in groups.filter_map(|group| Some((group, group.whole_node.as_ref()?))) {
        let Some(last) = key.strip_prefix(&format!("{}.", group.path)) else { continue };
        for (name, line) in whole_node.steps.iter().filter(|(name, _)| last == "whole-node" || *name == last) {
            let _ = writeln!(text, "{environment}: {}.{name} is computed: {line}", group.path);
        }
    }
    text
}

/// The value, then the layers that had a say, strongest first.
fn history(workspace: &Workspace, environment: &str, key: &str, explained: &Explained, text: &mut String) {
    let value = explained.value.as_ref().map_or_else(|| "not set".to_owned(), explain::one_line);
    let _ = writeln!(text, "{environment}: {key} = {value}");
    for step in explained.history.iter().rev() {
        let (line, _) = workspace.sources.line_column(step.span);
        let path = &workspace.sources.get(step.span.file).path;
        let said = step.value.as_ref().map_or_else(|| "unset".to_owned(), explain::one_line);
        let _ = writeln!(text, "  {:<17} {said}  ({path}:{line})", step.layer.to_string());
    }
}
