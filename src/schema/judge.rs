//! Compiles schemas: the user's with all checks, those in the binary to say yes or no at once.
//!
//! Tests check the schemas in the binary. To hold them against their meta-schema again, and to compile patterns that
//! nothing is held against, would be most of a small run; so that is left until something is wrong.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use jsonschema::{Draft, Keyword, Registry, Retrieve, ValidationError, ValidationOptions};
use regex::Regex;
use serde_json::{Value, json};

use crate::json::{self, Representation};

/// How a schema is compiled.
pub(crate) type Options<'a> = ValidationOptions<'a, Arc<dyn Retrieve>, Representation>;

type Validator = jsonschema::Validator<Representation>;

/// Validates by one schema.
pub(crate) struct Judge {
    options: fn() -> Options<'static>,
    /// Says no more than whether something is wrong. Of schemas in the binary alone.
    quick: Option<Validator>,
    /// Says what is wrong.
    exact: OnceLock<Validator>,
}

const SOUND: &str = "an embedded schema compiles, as the tests check";

impl Judge {
    /// By a schema that may be unsound.
    pub(crate) fn checked(options: fn() -> Options<'static>, schema: &Value) -> Result<Self, ValidationError<'static>> {
        let exact = options().build(schema)?;
        Ok(Self { options, quick: None, exact: OnceLock::from(exact) })
    }

    /// By a schema in the binary, or a part of one.
    pub(crate) fn trusting(options: fn() -> Options<'static>, schema: &Value) -> Self {
        Self { options, quick: Some(quick(options(), schema).expect(SOUND)), exact: OnceLock::new() }
    }

    /// All that is wrong with an instance, by the schema that this was made of.
    pub(crate) fn errors<'a>(&'a self, schema: &Value, instance: &'a json::Value) -> Vec<ValidationError<'a>> {
        let exact = || self.exact.get_or_init(|| (self.options)().build(schema).expect(SOUND));
        if self.quick.as_ref().unwrap_or_else(exact).is_valid(instance) {
            return Vec::new();
        }
        exact().iter_errors(instance).collect()
    }
}

/// A validator that says whether something is valid, and nothing else.
///
/// jsonschema holds what it builds against its meta-schema, but not what that refers to. Of draft 4, whose meta-schema
/// is the smallest, is the reference alone.
fn quick(options: Options<'_>, schema: &Value) -> Result<Validator, ValidationError<'static>> {
    const SCHEMA: &str = "raygen:schema";
    let registry = Registry::new().draft(Draft::Draft202012).add(SCHEMA, schema)?.prepare()?;
    let options = options.with_draft(Draft::Draft4).with_registry(&registry).with_keyword("pattern", |_, value, _| {
        let text = value.as_str().ok_or_else(|| ValidationError::schema("a pattern is a string"))?;
        Ok(Box::new(SharedPattern(Pattern::shared(text))) as Box<dyn for<'i> Keyword<'i, Representation>>)
    });
    options.build(&json!({ "$ref": SCHEMA }))
}

/// A regular expression that is compiled when something is first held against it.
struct Pattern {
    text: String,
    regex: OnceLock<Regex>,
}

impl Pattern {
    /// The pattern of that text, of which all schemas share one.
    fn shared(text: &str) -> Arc<Self> {
        static SHARED: Mutex<BTreeMap<String, Arc<Pattern>>> = Mutex::new(BTreeMap::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pattern) = shared.get(text) {
            return Arc::clone(pattern);
        }
        let pattern = Arc::new(Self { text: text.to_owned(), regex: OnceLock::new() });
        shared.insert(text.to_owned(), Arc::clone(&pattern));
        pattern
    }

    /// As jsonschema reads it: ECMA-262, in Rust's words.
    fn holds(&self, text: &str) -> bool {
        let regex = || {
            let translated = jsonschema_regex::to_rust_regex(&self.text).ok()?;
            Regex::new(&translated).ok()
        };
        self.regex.get_or_init(|| regex().expect(SOUND)).is_match(text)
    }
}

/// A pattern as the keyword of a schema.
struct SharedPattern(Arc<Pattern>);

impl<'i> Keyword<'i, Representation> for SharedPattern {
    fn validate(&self, instance: &'i json::Value) -> Result<(), ValidationError<'i>> {
        if self.is_valid(instance) { Ok(()) } else { Err(ValidationError::custom("another pattern")) }
    }

    fn is_valid(&self, instance: &'i json::Value) -> bool {
        instance.as_str().is_none_or(|text| self.0.holds(text))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Judge, Options};
    use crate::json::Representation;

    fn options() -> Options<'static> {
        jsonschema::options_for::<Representation>().with_pattern_options(jsonschema::PatternOptions::regex())
    }

    #[test]
    fn what_is_trusted_is_judged_like_what_is_checked() {
        let schema = json!({
            "propertyNames": { "pattern": "^[a-z]+$" },
            "properties": { "name": { "$ref": "#/$defs/Name" }, "names": { "items": { "$ref": "#/$defs/Name" } } },
            "$defs": { "Name": { "type": "string", "pattern": "^\\w\\S*$" } },
        });
        let trusting = Judge::trusting(options, &schema);
        let checked = Judge::checked(options, &schema).unwrap();
        for (instance, wrong) in [
            (json!({ "name": "a", "names": ["b!", "c"] }), vec![]),
            (json!({ "name": "a b" }), vec!["/name"]),
            // In ECMA-262, `\w` is ASCII.
            (json!({ "name": "ä", "names": ["b", 1, "c\u{2003}"], "N": 1 }), vec!["", "/name", "/names/1", "/names/2"]),
        ] {
            let said = |judge: &Judge| {
                let instance = instance.clone().into();
                let errors = judge.errors(&schema, &instance);
                let mut said: Vec<_> =
                    errors.iter().map(|error| (error.instance_path().to_string(), error.to_string())).collect();
                said.sort();
                said
            };
            assert_eq!(said(&trusting), said(&checked));
            assert_eq!(said(&checked).iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>(), wrong);
        }
    }
}
