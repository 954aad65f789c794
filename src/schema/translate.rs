//! Turns jsonschema's errors into ours.

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind;
use serde_json::Value;

use super::catalog::{Embedded, of_kind};
use super::validate::read;
use super::violation::{Introduced, Problem, Violation};
use super::walk;
use crate::diagnostic::did_you_mean;

/// Says what is wrong in the words of a schema.
pub(super) struct Translation<'a> {
    /// The whole schema.
    pub(super) schema: &'a Value,
    /// Where it is embedded, which newer releases can be compared with.
    pub(super) embedded: Option<&'a Embedded>,
}

impl Translation<'_> {
    /// What an error says, and those in it.
    pub(super) fn violations(&self, error: &ValidationError<'_>, found: &mut Vec<Violation>) {
        let mut path = error.instance_path().as_str().to_owned();
        let mut error = error;
        let restated = self.restated(error.schema_path().as_str());
        while let ValidationErrorKind::PropertyNames { error: inner } = error.kind() {
            path = walk::join(&path, inner.instance().as_str().unwrap_or_default());
            error = inner;
        }
        if let Some(message) = restated {
            found.push(Violation { path, problem: Problem::Other { message } });
            return;
        }
        if let ValidationErrorKind::AdditionalProperties { unexpected } = error.kind() {
            found.extend(unexpected.iter().map(|field| self.unknown_field(error, &path, field)));
            return;
        }
        let problem = self.problem(error, &path);
        found.push(Violation { path, problem });
    }

    /// The sentence of the restated rule that a schema path lies in: the entry of an `allOf` with a title.
    fn restated(&self, schema_path: &str) -> Option<String> {
        let ends = schema_path.match_indices("/allOf/").map(|(start, keyword)| {
            let index = start + keyword.len();
            schema_path[index..].find('/').map_or(schema_path.len(), |length| index + length)
        });
        ends.filter_map(|end| self.schema.pointer(&schema_path[..end])?["title"].as_str()).map(str::to_owned).next()
    }

    fn unknown_field(&self, error: &ValidationError<'_>, path: &str, field: &str) -> Violation {
        let schema_path = error.schema_path().as_str();
        let parent = schema_path.rsplit_once('/').map_or("", |(parent, _)| parent);
        let known = self.schema.pointer(parent).and_then(|parent| parent["properties"].as_object());
        let known = known.into_iter().flat_map(|known| known.keys()).map(String::as_str);
        let suggestion = did_you_mean(field, known).map(str::to_owned);
        let since = self.first_newer(|newer| {
            let parent = walk::descend(newer, path)?;
            walk::field(newer, parent, field).map(|_| ())
        });
        let path = walk::join(path, field);
        Violation { path, problem: Problem::UnknownField { field: field.to_owned(), suggestion, since } }
    }

    fn problem(&self, error: &ValidationError<'_>, path: &str) -> Problem {
        let found = error.instance().as_ref();
        let keyword = || self.schema.pointer(error.schema_path().as_str()).cloned().unwrap_or_default();
        let bound = |unit, relation, limit: &dyn ToString, found: usize| Problem::Bound {
            unit,
            relation,
            limit: limit.to_string(),
            found: found.to_string(),
        };
        let range = |relation, limit: &Value| Problem::Bound {
            unit: "",
            relation,
            limit: limit.to_string(),
            found: found.to_string(),
        };
        let characters = || found.as_str().map_or(0, |text| text.chars().count());
        let items = || found.as_array().map_or(0, Vec::len);
        let fields = || found.as_object().map_or(0, serde_json::Map::len);
        match error.kind() {
            ValidationErrorKind::Required { property } => {
                Problem::Missing { field: property.as_str().unwrap_or_default().to_owned() }
            }
            ValidationErrorKind::Type { .. } => {
                let expected = match keyword() {
                    Value::Array(names) => names.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
                    Value::String(name) => vec![name],
                    _ => Vec::new(),
                };
                Problem::Type { expected, found: found.clone() }
            }
            ValidationErrorKind::Enum { options } => {
                let allowed = options.as_array().cloned().unwrap_or_default();
                let since = self.first_newer(|newer| {
                    let schema = walk::resolve(newer, walk::descend(newer, path)?);
                    schema.get("enum")?.as_array()?.contains(found).then_some(())
                });
                Problem::Enum { allowed, found: found.clone(), since }
            }
            ValidationErrorKind::Constant { expected_value } => {
                Problem::Enum { allowed: vec![(**expected_value).clone()], found: found.clone(), since: None }
            }
            ValidationErrorKind::Pattern { pattern } => {
                Problem::Pattern { pattern: pattern.clone(), found: found.as_str().unwrap_or_default().to_owned() }
            }
            ValidationErrorKind::Minimum { limit } => range("at least", limit),
            ValidationErrorKind::Maximum { limit } => range("at most", limit),
            ValidationErrorKind::ExclusiveMinimum { limit } => range("greater than", limit),
            ValidationErrorKind::ExclusiveMaximum { limit } => range("less than", limit),
            ValidationErrorKind::MinLength { limit } => bound("characters", "at least", limit, characters()),
            ValidationErrorKind::MaxLength { limit } => bound("characters", "at most", limit, characters()),
            ValidationErrorKind::MinItems { limit } => bound("items", "at least", limit, items()),
            ValidationErrorKind::MaxItems { limit } => bound("items", "at most", limit, items()),
            ValidationErrorKind::MinProperties { limit } => bound("fields", "at least", limit, fields()),
            ValidationErrorKind::MaxProperties { limit } => bound("fields", "at most", limit, fields()),
            _ => Problem::Other { message: error.masked_with("the value").to_string() },
        }
    }

    /// The first release after the chosen one whose schema of the same kind knows something.
    fn first_newer(&self, knows: impl Fn(&Value) -> Option<()>) -> Option<Introduced> {
        let chosen = self.embedded?;
        of_kind(chosen.api_version, chosen.kind)
            .map(|(_, newer)| newer)
            .filter(|newer| newer.version() > chosen.version())
            .find(|newer| knows(&read(newer)).is_some())
            .map(|newer| Introduced { project: newer.project.name(), release: newer.release })
    }
}
