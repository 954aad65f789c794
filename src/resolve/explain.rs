//! Where a resolved value came from: every layer that set it, overrode it or took it out.

use super::layers::{self, Fragment, Layer, Layers};
use super::{Environment, built_in, environment};
use crate::document::{Node, Value};
use crate::json::Value as Json;
use crate::source::Span;
use crate::spec::WorkloadKind;
use crate::workspace::{TeamDocument, Workspace};

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
    let document = workspace.teams.iter().find(|document| document.name == team)?;
    let layers = layers_of(workspace, environment, document)?;
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

/// Keys of a team's override that set what weaker layers set anyway: the keys, the override's value and the weaker one.
/// Instance selectors never count, for they discard each other.
pub fn redundant_overrides<'a>(
    workspace: &'a Workspace,
    environment: &'a Environment,
    document: &'a TeamDocument,
) -> Vec<(Vec<&'a str>, &'a Node, Span)> {
    let Some(layers) = layers_of(workspace, environment, document) else { return Vec::new() };
    let Some(table) = layers.team_override else { return Vec::new() };
    let mut found = Vec::new();
    for (keys, node) in layers::leaves(table) {
        let Some((mut fragments, rest)) = fragments(layers, &keys) else { continue };
        let workload = WorkloadKind::of_table(keys[0]).is_some();
        let group = workload && matches!(keys.as_slice(), [_, _, "head" | "workers", ..]);
        let inherited = !group && layers::is_inherited(workload, rest[0]);
        if inherited
            || rest[0] == "unset"
            || WorkloadKind::of_table(rest[0]).is_some()
            || layers::is_instance_selector(rest[0])
        {
            continue;
        }
        // The override's own fragment is the strongest, so it comes last.
        fragments.pop();
        let Some(weaker) = fragments.iter().rev().find_map(|fragment| fragment.at(rest)) else { continue };
        if weaker.to_json() != node.to_json() {
            continue;
        }
        let merged = layers::merge(&fragments);
        let counts = rest
            .split_first()
            .and_then(|(first, rest)| rest.iter().try_fold(merged.get(*first)?, |node, key| node.child(key)));
        if counts.is_some_and(|counts| counts.to_json() == node.to_json()) {
            found.push((keys, node, weaker.span));
        }
    }
    found
}

fn layers_of<'a>(
    workspace: &'a Workspace,
    environment: &'a Environment,
    document: &'a TeamDocument,
) -> Option<Layers<'a>> {
    let platform = workspace.platform.as_ref()?.root.table()?;
    let file = document.document.root.table()?;
    Some(Layers {
        built_in: built_in(),
        platform,
        environment: environment::table_of(platform, &environment.name),
        environment_name: &environment.name,
        team: file,
        team_override: file.get("override").and_then(|node| node.child(&environment.name)?.table()),
    })
}

/// The layers that speak about what `keys` lead to, and the keys within it.
fn fragments<'a, 'k>(layers: Layers<'a>, keys: &'k [&'k str]) -> Option<(Vec<Fragment<'a>>, &'k [&'k str])> {
    let first = keys.first()?;
    if WorkloadKind::of_table(first).is_none() {
        return Some((layers.of_team(), keys));
    }
    Some(match &keys[1..] {
        [workload, "head", rest @ ..] if !rest.is_empty() => (layers.of_group([first, workload], &["head"]), rest),
        [workload, "workers", group, rest @ ..] if !rest.is_empty() => {
            (layers.of_group([first, workload], &["workers", group]), rest)
        }
        [workload, rest @ ..] if !rest.is_empty() => (layers.of_workload([first, workload]), rest),
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
