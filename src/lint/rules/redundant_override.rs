//! An override that changes nothing.

use crate::diagnostic::{Fix, Severity};
use crate::document::Node;
use crate::lint::{Check, Findings, Group, Rule, Subject};
use crate::resolve::explain::redundant_overrides;
use crate::workspace::TeamDocument;

pub(super) static RULE: Rule = Rule {
    name: "redundant-override",
    group: Group::Workspace,
    summary: "an override changes nothing",
    severity: Severity::Warning,
    page: include_str!("redundant_override.md"),
    check: Check::Specs(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let Some((workspace, selection)) = subject.specs else { return };
    for team in subject.teams {
        let Ok(index) = workspace.teams.binary_search_by(|document| document.name.cmp(&team.name)) else { continue };
        let environment = &team.environment;
        for (keys, node, weaker) in redundant_overrides(workspace, environment, &workspace.teams[index]) {
            let message = format!("the override of `{}` for `{}` changes nothing", keys.join("."), environment.name);
            let path = ["override", &environment.name].into_iter().chain(keys).map(str::to_owned).collect();
            findings
                .report(node.key, message)
                .add_label(weaker, "the same value")
                .add_help("take it out")
                .add_fix(Fix::Remove { team: team.name.clone(), keys: path });
        }
    }
    let Some(environments) = workspace.platform.as_ref().and_then(|platform| platform.root.child("environments"))
    else {
        return;
    };
    for document in workspace.teams.iter().filter(|document| selection.has_team(&document.name)) {
        elsewhere(document, environments, findings);
    }
}

/// Overrides for environments that exist, but not in the team's own list.
fn elsewhere(document: &TeamDocument, environments: &Node, findings: &mut Findings<'_>) {
    let root = &document.document.root;
    let Some(list) = root.child("environments").filter(|list| !list.items().is_empty()) else { return };
    for (name, node) in root.child("override").and_then(Node::table).into_iter().flatten() {
        let runs_there = list.items().iter().any(|item| item.string() == Some(name));
        if runs_there || environments.child(name).is_none() {
            continue;
        }
        findings
            .report(node.key, format!("the override for `{name}` changes nothing: the team does not run there"))
            .add_label(list.span, "the team's environments")
            .add_help(format!("take it out, or add `{name}` to `environments`"));
    }
}
