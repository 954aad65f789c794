//! Places in a spec's schema: what may stand at a path of a document.
//!
//! The editor schemas have no alternatives, so that at most one subschema speaks about each value.

use serde_json::{Map, Value};

/// The subschema at a path.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'s> {
    root: &'s Value,
    schema: &'s Value,
}

impl<'s> Place<'s> {
    /// The place of a whole document.
    pub(super) fn of_document(root: &'s Value) -> Self {
        Self { root, schema: root }
    }

    /// The place below a key or an index.
    pub(super) fn child(self, segment: &str) -> Option<Self> {
        let below = |schema| Self { root: self.root, schema };
        if let Some(property) = self.properties().and_then(|properties| properties.get(segment)) {
            return Some(below(property));
        }
        self.any_key().or_else(|| self.keyword("items").map(below))
    }

    /// The place below every key of a map, such as `workers`.
    pub(super) fn any_key(self) -> Option<Self> {
        let schema = self.keyword("additionalProperties").filter(|schema| schema.is_object())?;
        Some(Self { root: self.root, schema })
    }

    /// The place at a path.
    pub(super) fn descend<'a>(self, path: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        path.into_iter().try_fold(self, Self::child)
    }

    /// A keyword, of the place itself before that of the definition it refers to.
    pub(super) fn keyword(self, name: &str) -> Option<&'s Value> {
        self.schema.get(name).or_else(|| self.definition()?.get(name))
    }

    /// A keyword's text.
    pub(super) fn text(self, name: &str) -> Option<&'s str> {
        self.keyword(name).and_then(Value::as_str)
    }

    /// Whether a table here has this key.
    pub(super) fn has(self, key: &str) -> bool {
        self.properties().is_some_and(|properties| properties.contains_key(key))
    }

    /// The keys of a table here.
    pub(super) fn keys(self) -> impl Iterator<Item = &'s str> {
        self.properties().into_iter().flat_map(Map::keys).map(String::as_str)
    }

    fn properties(self) -> Option<&'s Map<String, Value>> {
        self.keyword("properties").and_then(Value::as_object)
    }

    fn definition(self) -> Option<&'s Value> {
        let reference = self.schema.get("$ref")?.as_str()?;
        self.root.pointer(reference.strip_prefix('#')?)
    }
}

/// A path as people write it: `clusters.train.requirements[0]`.
pub(super) fn dotted(path: &[impl AsRef<str>]) -> String {
    let mut text = String::new();
    for segment in path.iter().map(AsRef::as_ref) {
        if !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty() {
            text.extend(["[", segment, "]"]);
        } else {
            if !text.is_empty() {
                text.push('.');
            }
            text.extend(segment.chars().flat_map(char::escape_debug));
        }
    }
    text
}
