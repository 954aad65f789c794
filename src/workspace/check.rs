//! Checks documents against their editor schemas and says what is wrong in people's words.

use std::sync::LazyLock;

use jsonschema::PatternOptions;
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::Value as Json;

use super::place::Place;
use super::unknown_key;
use super::wrong_value::{self, name_of};
use crate::diagnostic::Diagnostic;
use crate::document::{Node, Value};
use crate::json::Representation;
use crate::schema::judge::{Judge, Options};
use crate::schema::narrow::{self, Names};
use crate::spec::schema::SpecSchema;

/// The editor schemas, compiled for the documents of one run.
pub(super) struct EditorSchemas {
    team: Compiled,
    platform: Compiled,
}

/// What validates the documents at hand, and the schema to look up what it says, which is read when something is wrong.
struct Compiled {
    whole: &'static LazyLock<Json>,
    narrow: Json,
    judge: Judge,
}

static TEAM: LazyLock<Json> = LazyLock::new(|| read(SpecSchema::Team));
static PLATFORM: LazyLock<Json> = LazyLock::new(|| read(SpecSchema::Platform));

fn read(schema: SpecSchema) -> Json {
    serde_json::from_str(schema.text()).expect("the embedded schemas are JSON")
}

impl Compiled {
    fn new(schema: SpecSchema, names: &Names<'_>) -> Self {
        let whole = if schema == SpecSchema::Team { &TEAM } else { &PLATFORM };
        let narrow = narrow::read(schema.text(), names).expect("the embedded schemas are JSON");
        let judge = Judge::trusting(options, &narrow);
        Self { whole, narrow, judge }
    }
}

fn options() -> Options<'static> {
    jsonschema::options_for::<Representation>().with_pattern_options(PatternOptions::regex())
}

impl EditorSchemas {
    /// Compiles what these documents, and no others, are checked against.
    pub(super) fn new<'a>(platforms: &[&'a Node], teams: &[&'a Node]) -> Self {
        let names = |documents: &[&'a Node]| {
            let mut names = Names::new();
            for root in documents {
                add_names(root, &mut names);
            }
            names
        };
        let (team, platform) = rayon::join(
            || Compiled::new(SpecSchema::Team, &names(teams)),
            || Compiled::new(SpecSchema::Platform, &names(platforms)),
        );
        Self { team, platform }
    }

    /// All that the schema does not accept, one diagnostic per problem.
    pub(super) fn check(&self, schema: SpecSchema, root: &Node) -> Vec<Diagnostic> {
        check(if schema == SpecSchema::Team { &self.team } else { &self.platform }, root)
    }
}

fn add_names<'a>(node: &'a Node, names: &mut Names<'a>) {
    match &node.value {
        Value::Table(table) => {
            for (key, child) in table {
                names.insert(key);
                add_names(child, names);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| add_names(item, names)),
        _ => {}
    }
}

fn check(compiled: &Compiled, root: &Node) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    check_json_has_it(root, &mut Vec::new(), &mut diagnostics);
    let instance = root.to_json();
    let violations = compiled.judge.errors(&compiled.narrow, &instance);
    if violations.is_empty() {
        return diagnostics;
    }
    let document = Place::of_document(compiled.whole);
    for violation in &violations {
        let path = segments(violation.instance_path().as_str());
        for diagnostic in explain(document, root, &path, violation.kind()) {
            // One value may break its type, its choices and its pattern at once: the first says most.
            let said = |other: &Diagnostic| other.span == diagnostic.span && other.rule == diagnostic.rule;
            if matches!(violation.kind(), Kind::Required { .. }) || !diagnostics.iter().any(said) {
                diagnostics.push(diagnostic);
            }
        }
    }
    diagnostics
}

/// Reports dates, infinities and NaN, which TOML has and JSON has not. No key of a spec takes one.
fn check_json_has_it<'a>(node: &'a Node, path: &mut Vec<&'a str>, diagnostics: &mut Vec<Diagnostic>) {
    match &node.value {
        Value::Datetime(text) => {
            let message = format!("{} is a date or time, which no key takes", name_of(path));
            diagnostics.push(
                Diagnostic::error("invalid-value", node.span, message)
                    .help(format!("put it in quotes if a text is meant: `\"{text}\"`")),
            );
        }
        Value::Float(number) if !number.is_finite() => {
            let message = format!("{} is {number}, but must be a finite number", name_of(path));
            diagnostics.push(Diagnostic::error("invalid-value", node.span, message));
        }
        Value::Table(table) => {
            for (key, child) in table {
                path.push(key);
                check_json_has_it(child, path, diagnostics);
                path.pop();
            }
        }
        // An item is called like its array here.
        Value::Array(items) => items.iter().for_each(|item| check_json_has_it(item, path, diagnostics)),
        _ => {}
    }
}

fn explain(document: Place<'_>, root: &Node, path: &[String], kind: &Kind) -> Vec<Diagnostic> {
    let segments = || path.iter().map(String::as_str);
    let node = root.nearest(segments());
    let Some(place) = document.descend(segments()) else {
        return vec![wrong_value::unexplained(path, node, kind)];
    };
    match kind {
        Kind::AdditionalProperties { unexpected } => unexpected
            .iter()
            .filter_map(|key| Some((key, node.child(key)?)))
            .map(|(key, child)| unknown_key::explain(document, root, path, key, child))
            .collect(),
        Kind::Required { property } => {
            vec![wrong_value::missing(place, path, node, property.as_str().unwrap_or_default())]
        }
        Kind::PropertyNames { error } => {
            let name = error.instance().as_str().unwrap_or_default();
            let span = node.child(name).map_or(node.key, |child| child.key);
            vec![wrong_value::bad_name(place, path, name, span)]
        }
        Kind::Type { .. } if node.table().is_none() && is_name_of_table(document, path) => {
            let (key, above) = path.split_last().expect("a name of a table has a table around it");
            vec![unknown_key::explain(document, root, above, key, node)]
        }
        _ => vec![wrong_value::explain(place, path, node, kind)],
    }
}

/// Whether the table around the path has keys of its own beside tables with names of the team's choice: what is no table
/// there is a key with a slip in it.
fn is_name_of_table(document: Place<'_>, path: &[String]) -> bool {
    let Some((key, above)) = path.split_last() else { return false };
    let Some(place) = document.descend(above.iter().map(String::as_str)) else { return false };
    place.keys().next().is_some() && !place.has(key) && place.any_key().is_some()
}

/// The segments of a JSON pointer (RFC 6901).
fn segments(pointer: &str) -> Vec<String> {
    pointer.split('/').skip(1).map(|segment| segment.replace("~1", "/").replace("~0", "~")).collect()
}

#[cfg(test)]
mod tests {
    use super::{PLATFORM, TEAM, options};
    use crate::schema::judge::Judge;

    #[test]
    fn editor_schemas_are_sound() {
        for schema in [&TEAM, &PLATFORM] {
            assert!(Judge::checked(options, schema).is_ok());
        }
    }
}
