//! What the specs name, over all files: for rules about what nobody uses.

use std::collections::BTreeSet;

use super::Subject;
use crate::diagnostic::Severity;
use crate::document::{Node, Table, Value};

/// Objects of the Kubernetes API in specs, whose keys are not raygen's.
const FOREIGN: [&str; 3] = ["pod", "container", "merge"];

/// The entries of a table of the platform, such as `profiles`, that no spec names under `key`. Nothing is said about a
/// workspace without teams, or with files that could not be read.
pub(super) fn unnamed<'a>(subject: &Subject<'a>, table: &str, key: &str) -> Vec<(&'a str, &'a Node)> {
    let Some((workspace, _)) = subject.specs else { return Vec::new() };
    let Some(platform) = &workspace.platform else { return Vec::new() };
    let unread = workspace.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
    if unread || workspace.teams.is_empty() {
        return Vec::new();
    }
    let Some(entries) = platform.root.child(table).and_then(Node::table) else { return Vec::new() };
    let mut names = BTreeSet::new();
    collect(&platform.root, key, &mut names);
    for team in &workspace.teams {
        collect(&team.document.root, key, &mut names);
    }
    let unnamed =
        |(name, node): (&'a String, &'a Node)| (!names.contains(name.as_str())).then_some((name.as_str(), node));
    entries.iter().filter_map(unnamed).collect()
}

fn collect<'a>(node: &'a Node, key: &str, names: &mut BTreeSet<&'a str>) {
    match &node.value {
        Value::Table(table) => of_table(table, key, names),
        Value::Array(items) => items.iter().for_each(|item| collect(item, key, names)),
        _ => {}
    }
}

fn of_table<'a>(table: &'a Table, key: &str, names: &mut BTreeSet<&'a str>) {
    for (name, node) in table {
        if name == key {
            names.extend(node.string());
        }
        if !FOREIGN.contains(&name.as_str()) {
            collect(node, key, names);
        }
    }
}
