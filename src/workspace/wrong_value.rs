//! Values, keys and names that a schema does not take.

use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::Value as Json;

use super::place::{Place, dotted};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::document::{Node, Value};
use crate::source::Span;
use crate::spec::scalar;

const RULE: &str = "invalid-value";

/// A value that its place does not take.
pub(super) fn explain(place: Place<'_>, path: &[String], node: &Node, kind: &Kind) -> Diagnostic {
    let name = name_of(path);
    match kind {
        Kind::Type { .. } => wrong_type(place, &name, node),
        Kind::Enum { options } => wrong_choice(&name, node, options),
        Kind::Pattern { pattern } => wrong_pattern(place, &name, node, pattern),
        Kind::Minimum { limit } => at(node, format!("{name} is {}, but must be {limit} or more", written(node))),
        Kind::Maximum { limit } => at(node, format!("{name} is {}, but must be {limit} or less", written(node))),
        Kind::MaxLength { limit } => {
            let length = node.string().map_or(0, |text| text.chars().count());
            at(node, format!("{name} has {length} characters, but takes no more than {limit}"))
        }
        Kind::MinItems { limit } => {
            at(node, format!("{name} has {} items, but needs {limit} or more", node.items().len()))
        }
        Kind::MinProperties { limit } if node.table().is_some_and(indexmap::IndexMap::is_empty) => {
            at(node, format!("{name} is empty, but needs {limit} or more keys"))
        }
        Kind::MinProperties { .. } | Kind::MaxProperties { .. } => {
            let keys: Vec<String> = node.table().into_iter().flatten().map(|(key, _)| format!("`{key}`")).collect();
            let message = if keys.len() == 1 {
                format!("{name} has {} alone, which says too little", keys.join(""))
            } else {
                format!("{name} has {}, which do not go together", keys.join(" and "))
            };
            with_description(at(node, message), name.trim_matches('`'), place)
        }
        _ => unexplained(path, node, kind),
    }
}

/// What the schemas of today have no keyword for.
pub(super) fn unexplained(path: &[String], node: &Node, kind: &Kind) -> Diagnostic {
    at(node, format!("{} breaks the schema's `{}`", name_of(path), kind.keyword()))
}

/// A table without a key that it needs.
pub(super) fn missing(place: Place<'_>, path: &[String], node: &Node, key: &str) -> Diagnostic {
    let table = if path.is_empty() { "the file".to_owned() } else { format!("`{}`", dotted(path)) };
    let diagnostic = Diagnostic::error("missing-key", node.span, format!("{table} has no `{key}`"));
    let Some(child) = place.child(key) else { return diagnostic };
    let example = child.keyword("examples").and_then(|examples| examples.get(0));
    match example {
        Some(example) => diagnostic.help(format!("write, for example, `{key} = {example}`")),
        None => with_description(diagnostic, key, child),
    }
}

/// A key that is a name of the team's own choice, and no good one.
pub(super) fn bad_name(place: Place<'_>, path: &[String], name: &str, span: Span) -> Diagnostic {
    let what = match path.last().map(String::as_str) {
        Some("clusters") => "cluster",
        Some("services") => "service",
        Some("jobs") => "job",
        Some("cron-jobs") => "cron job",
        Some("workers") => "worker group",
        Some("environments") => "environment",
        Some("pools") => "shared pool",
        Some("storage") => "storage",
        _ => "name",
    };
    let names = place.keyword("propertyNames");
    let keyword = |key: &str| names.and_then(|names| names.get(key));
    let limit = keyword("maxLength").and_then(Json::as_u64);
    let length = name.chars().count() as u64;
    if let Some(limit) = limit.filter(|limit| length > *limit) {
        let message = format!("the {what}'s name has {length} characters, but takes no more than {limit}");
        return Diagnostic::error("invalid-name", span, message);
    }
    let of = match what {
        "name" => "here".to_owned(),
        what if what.starts_with('e') => format!("for an {what}"),
        what => format!("for a {what}"),
    };
    let diagnostic = Diagnostic::error("invalid-name", span, format!("`{}` is no name {of}", name.escape_debug()));
    match keyword("format").and_then(Json::as_str).and_then(|format| scalar::explain(format, name)?.1) {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

/// A value's name in a headline: its key, with its index where it is an item.
pub(super) fn name_of(path: &[impl AsRef<str>]) -> String {
    let from = path.iter().rposition(|segment| segment.as_ref().parse::<usize>().is_err()).unwrap_or(0);
    if path.is_empty() { "the file".to_owned() } else { format!("`{}`", dotted(&path[from..])) }
}

fn at(node: &Node, message: String) -> Diagnostic {
    Diagnostic::error(RULE, node.span, message)
}

fn with_description(diagnostic: Diagnostic, key: &str, place: Place<'_>) -> Diagnostic {
    match place.text("description") {
        Some(text) => diagnostic.help(format!("`{key}`: {}", text.trim_end_matches('.'))),
        None => diagnostic,
    }
}

fn wrong_type(place: Place<'_>, name: &str, node: &Node) -> Diagnostic {
    let types: Vec<&str> = match place.keyword("type") {
        Some(Json::String(only)) => vec![only],
        Some(Json::Array(types)) => types.iter().filter_map(Json::as_str).collect(),
        _ => Vec::new(),
    };
    let wanted = match place.text("format") {
        Some("quantity") => "a quantity".to_owned(),
        Some("duration" | "karpenter-duration") => "a duration".to_owned(),
        Some("version") => "a version".to_owned(),
        _ => match types.split_last() {
            Some((last, [])) => article(last).to_owned(),
            Some((last, others)) => {
                let others: Vec<&str> = others.iter().map(|name| article(name)).collect();
                format!("{} or {}", others.join(", "), article(last))
            }
            None => "something else".to_owned(),
        },
    };
    let diagnostic = at(node, format!("{name} takes {wanted}, not {}", found(&node.value)));
    match type_remedy(place, &types, name, node) {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

/// The edit that turns the value into one of the right type, where one is likely meant.
fn type_remedy(place: Place<'_>, types: &[&str], name: &str, node: &Node) -> Option<String> {
    let key = name.trim_matches('`');
    let seconds = matches!(place.text("format"), Some("duration" | "karpenter-duration"));
    match &node.value {
        Value::Integer(number) if seconds => Some(format!("write the unit: `{key} = \"{number}s\"`")),
        Value::String(text) if types.contains(&"array") => Some(format!("write an array: `{key} = [{text:?}]`")),
        Value::String(text) if types.contains(&"boolean") && matches!(text.as_str(), "true" | "false") => {
            Some(format!("write it without quotes: `{key} = {text}`"))
        }
        Value::String(text) if types.contains(&"integer") && text.parse::<i64>().is_ok() => {
            Some(format!("write it without quotes: `{key} = {text}`"))
        }
        Value::Integer(_) | Value::Float(_) | Value::Boolean(_) if types == ["string"] => {
            Some(format!("put it in quotes: `{key} = \"{}\"`", written(node)))
        }
        _ => {
            let example = place.keyword("examples").and_then(|examples| examples.get(0))?;
            Some(format!("write, for example, `{key} = {example}`"))
        }
    }
}

fn wrong_choice(name: &str, node: &Node, options: &Json) -> Diagnostic {
    let options: Vec<&str> = options.as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    let text = node.string().unwrap_or_default();
    let choices: Vec<String> = options.iter().map(|option| format!("`{option}`")).collect();
    let choices = match choices.as_slice() {
        [only] => only.clone(),
        [first, second] => format!("{first} or {second}"),
        _ => format!("one of {}", choices.join(", ")),
    };
    let diagnostic = at(node, format!("{name} is `{}`, but must be {choices}", text.escape_debug()));
    let same = options.iter().find(|option| option.eq_ignore_ascii_case(text)).copied();
    match same.or_else(|| did_you_mean(text, options.iter().copied())) {
        Some(close) => diagnostic.help(format!("did you mean `{close}`?")),
        None => diagnostic,
    }
}

fn wrong_pattern(place: Place<'_>, name: &str, node: &Node, pattern: &str) -> Diagnostic {
    let text = node.string().unwrap_or_default();
    if let Some((sentence, help)) = place.text("format").and_then(|format| scalar::explain(format, text)) {
        let sentence = sentence.replace(|c: char| c.is_control(), "\u{fffd}");
        let diagnostic = at(node, format!("{sentence} for {name}"));
        return match help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        };
    }
    let diagnostic = at(node, format!("`{}` does not fit {name}", text.escape_debug()));
    match place.keyword("examples").and_then(|examples| examples.get(0)) {
        Some(example) => diagnostic.help(format!("write, for example, `{} = {example}`", name.trim_matches('`'))),
        None => with_description(diagnostic, name.trim_matches('`'), place).help(format!("it must match `{pattern}`")),
    }
}

fn article(json_type: &str) -> &str {
    match json_type {
        "string" => "a string",
        "integer" => "an integer",
        "number" => "a number",
        "boolean" => "a boolean",
        "array" => "an array",
        "object" => "a table",
        other => other,
    }
}

fn found(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "a string",
        Value::Integer(_) => "an integer",
        Value::Float(_) => "a float",
        Value::Boolean(_) => "a boolean",
        Value::Datetime(_) => "a date",
        Value::Array(_) => "an array",
        Value::Table(_) => "a table",
    }
}

/// A scalar as people wrote it, or nearly so.
fn written(node: &Node) -> String {
    match &node.value {
        Value::String(text) | Value::Datetime(text) => text.clone(),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Boolean(flag) => flag.to_string(),
        Value::Array(_) | Value::Table(_) => found(&node.value).to_owned(),
    }
}
