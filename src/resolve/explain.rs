//! Where a resolved value came from: every layer that set it, overrode it or took it out.

use serde_json::Value as Json;

use super::layers::{self, Fragment, Layer, Layers};
use super::{Environment, built_in, environment};
use crate::document::{Node, Value};
use crate::source::Span;
use crate::workspace::Workspace;

/// A value and its history.
#[derive(Clone, Debug, PartialEq)]
pub struct Explained {
    /// The merged value; `None` where the strongest word on it is `unset`.
    pub value: Option<Json>,
    /// What each layer says, weakest first.
    pub history: Vec<Step>,
}

/// What one layer says about a key.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The layer.
    pub layer: Layer,
    /// Where it says so.
    pub span: Span,
    /// The value it sets; `None` for `unset`.
    pub value: Option<Json>,
}

/// Explains the key that `keys` lead to in a team's spec, such as `clusters.train.workers.gpu.max`. `None` where no
/// layer says anything about it.
pub fn explain(workspace: &Workspace, environment: &Environment, team: &str, keys: &[&str]) -> Option<Explained> {
    let platform = workspace.platform.as_ref()?.root.table()?;
    let document = workspace.teams.iter().find(|document| document.name == team)?;
    let file = document.document.root.table()?;
    let layers = Layers {
        built_in: built_in(),
        platform,
        environment: environment::table_of(platform, &environment.name),
        team: file,
        team_override: file.get("override").and_then(|node| node.child(&environment.name)?.table()),
    };
    let (fragments, keys) = fragments(layers, keys)?;
    let dotted = keys.join(".");
    let mut history = Vec::new();
    for fragment in &fragments {
        if fragment.unset().any(|path| path == dotted || dotted.starts_with(&format!("{path}."))) {
            history.extend(fragment.unset_node().map(|node| Step {
                layer: fragment.layer,
                span: node.span,
                value: None,
            }));
        }
        history.extend(fragment.at(keys).map(|node| Step {
            layer: fragment.layer,
            span: node.span,
            value: Some(node.to_json()),
        }));
    }
    if history.is_empty() {
        return None;
    }
    let merged = layers::merge(&fragments);
    let root = Node { span: Span::default(), key: Span::default(), value: Value::Table(merged) };
    let value = keys.iter().try_fold(&root, |node, key| node.child(key)).map(Node::to_json);
    Some(Explained { value, history })
}

/// The layers that speak about what `keys` lead to, and the keys within it.
fn fragments<'a, 'k>(layers: Layers<'a>, keys: &'k [&'k str]) -> Option<(Vec<Fragment<'a>>, &'k [&'k str])> {
    Some(match keys {
        ["clusters", workload, "head", rest @ ..] if !rest.is_empty() => {
            (layers.of_group(["clusters", workload], &["head"]), rest)
        }
        ["clusters", workload, "workers", group, rest @ ..] if !rest.is_empty() => {
            (layers.of_group(["clusters", workload], &["workers", group]), rest)
        }
        ["clusters", workload, rest @ ..] if !rest.is_empty() => (layers.of_workload(["clusters", workload]), rest),
        [] => return None,
        _ => (layers.of_team(), keys),
    })
}

/// A value as TOML people would write it, in one line.
pub fn one_line(value: &Json) -> String {
    match value {
        Json::Object(table) => {
            let pairs: Vec<String> =
                table.iter().map(|(key, value)| format!("{} = {}", bare_or_quoted(key), one_line(value))).collect();
            if pairs.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", pairs.join(", ")) }
        }
        Json::Array(items) => format!("[{}]", items.iter().map(one_line).collect::<Vec<_>>().join(", ")),
        plain => plain.to_string(),
    }
}

fn bare_or_quoted(key: &str) -> String {
    let bare = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    if bare { key.to_owned() } else { format!("{key:?}") }
}

/// Every dotted key of a team's file, for "did you mean".
pub fn known_keys(workspace: &Workspace, team: &str) -> Vec<String> {
    let mut known = Vec::new();
    if let Some(document) = workspace.teams.iter().find(|document| document.name == team) {
        collect(&document.document.root, "", &mut known);
    }
    known
}

fn collect(node: &Node, prefix: &str, known: &mut Vec<String>) {
    for (key, node) in node.table().into_iter().flatten() {
        let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        collect(node, &path, known);
        known.push(path);
    }
}
