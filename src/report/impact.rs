//! Prints what merging does.

mod json;
mod markdown;
mod text;

use similar::{ChangeTag, TextDiff};

use crate::diff::{Change, Edit, Object};
use crate::impact::{EnvironmentImpact, ObjectImpact};
use crate::json::Value;
use crate::workspace::Revision;
use crate::{tree, yaml};

/// How differences are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum ImpactFormat {
    /// For people at a terminal
    #[default]
    Text,
    /// For people at a pull request, within the size that a comment may have
    Markdown,
    /// For scripts; `version` counts incompatible changes
    Json,
}

/// The working tree compared with a revision.
#[derive(Clone, Debug)]
pub struct Comparison<'a> {
    /// With what.
    pub revision: &'a Revision,
    /// The environments in which something differs.
    pub environments: &'a [EnvironmentImpact<'a>],
    /// What could not be rendered on both sides, in words.
    pub left_out: Vec<String>,
}

impl Comparison<'_> {
    /// The comparison in a format; with the manifests' text diffs if they are asked for.
    pub fn render(&self, format: ImpactFormat, unified: bool) -> String {
        match format {
            ImpactFormat::Text => text::render(self, unified),
            ImpactFormat::Markdown => markdown::render(self, unified),
            ImpactFormat::Json => json::render(self, unified),
        }
    }
}

/// "RayCluster vision/vision-train".
fn title(object: &Object<'_>) -> String {
    match object.namespace() {
        "" => format!("{} {}", object.kind(), object.name()),
        namespace => format!("{} {namespace}/{}", object.kind(), object.name()),
    }
}

/// The most characters of a value that are shown.
const WIDEST: usize = 100;

/// A value on one line, cut where it is long.
fn shown(value: &Value) -> String {
    let text = match value {
        Value::String(text) if is_plain(text) => text.clone(),
        value => value.to_string(),
    };
    if text.chars().count() <= WIDEST {
        return text;
    }
    text.chars().take(WIDEST - 1).chain(['…']).collect()
}

fn is_plain(text: &str) -> bool {
    !text.is_empty() && !text.contains(char::is_control) && text.trim() == text
}

/// One line of a semantic diff and its sign: `+`, `-`, or a blank for what only tells where.
type Line = (char, String);

/// A change as lines.
fn lines(change: &Change) -> Vec<Line> {
    let path = &change.path;
    match &change.edit {
        Edit::Added(value) => vec![('+', format!("{path}: {}", shown(value)))],
        Edit::Removed(value) => vec![('-', format!("{path}: {}", shown(value)))],
        Edit::Replaced { old: Value::String(old), new: Value::String(new) }
            if old.contains('\n') || new.contains('\n') =>
        {
            let mut lines = vec![(' ', format!("{path}:"))];
            lines.extend(changed_lines(old, new));
            lines
        }
        Edit::Replaced { old, new } => {
            vec![('-', format!("{path}: {}", shown(old))), ('+', format!("{path}: {}", shown(new)))]
        }
        Edit::Reordered { old, new, .. } => vec![
            (' ', format!("{path}: the same items in another order")),
            ('-', format!("  {}", shown(&Value::String(old.join(", "))))),
            ('+', format!("  {}", shown(&Value::String(new.join(", "))))),
        ],
    }
}

/// The lines that differ between two texts of several lines.
fn changed_lines(old: &str, new: &str) -> Vec<Line> {
    let diff = TextDiff::from_lines(old, new);
    let changed = diff.iter_all_changes().filter(|change| change.tag() != ChangeTag::Equal);
    changed
        .map(|change| {
            let sign = if change.tag() == ChangeTag::Delete { '-' } else { '+' };
            let text = change.value().trim_end_matches('\n');
            (sign, format!("    {}", text.chars().take(WIDEST).collect::<String>()))
        })
        .collect()
}

/// The text diff of the object's manifest.
fn unified(object: &ObjectImpact<'_>) -> String {
    let text = |side: &Option<Object<'_>>| side.map(|object| yaml::emit(object.value));
    let (old, new) = (text(&object.pair.old), text(&object.pair.new));
    tree::unified_diff(&title(&object.pair.object()), old.as_deref(), new.as_deref())
}
