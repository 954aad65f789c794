//! What is wrong with a manifest, at one place, in our words.

use serde_json::Value;

/// One thing the API server would refuse.
#[derive(Clone, Debug, PartialEq)]
pub struct Violation {
    /// JSON pointer of the offending value; for an unknown field, of that field.
    pub path: String,
    /// What is wrong with it.
    pub problem: Problem,
}

/// The release of a project that brought a field or a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Introduced {
    /// For example `KubeRay`.
    pub project: &'static str,
    /// For example `1.7.0`.
    pub release: &'static str,
}

/// The ways in which a value can differ from its schema.
#[derive(Clone, Debug, PartialEq)]
pub enum Problem {
    /// Strict field validation refuses fields that the schema does not know.
    UnknownField {
        /// The field's name.
        field: String,
        /// A known field that is spelt almost the same.
        suggestion: Option<String>,
        /// The first supported release that knows the field.
        since: Option<Introduced>,
    },
    /// A required field is absent.
    Missing {
        /// The field's name.
        field: String,
    },
    /// The value has another type.
    Type {
        /// Type names of JSON Schema.
        expected: Vec<String>,
        /// The value.
        found: Value,
    },
    /// The value is none of those allowed.
    Enum {
        /// The allowed values.
        allowed: Vec<Value>,
        /// The value.
        found: Value,
        /// The first supported release that allows it.
        since: Option<Introduced>,
    },
    /// The text does not have the required form.
    Pattern {
        /// A regular expression.
        pattern: String,
        /// The text.
        found: String,
    },
    /// A number, length or count is out of its range.
    Bound {
        /// What is measured, such as `characters`; empty for the number itself.
        unit: &'static str,
        /// Whether the limit is the lowest (`at least`) or the highest (`at most`) that is allowed.
        relation: &'static str,
        /// The limit.
        limit: String,
        /// What was measured.
        found: String,
    },
    /// Two items of a list have the same key, or are the same.
    DuplicateKey {
        /// The key, as JSON.
        key: String,
    },
    /// A cross-field rule, in a sentence that stands alone.
    Other {
        /// The sentence.
        message: String,
    },
}

impl Problem {
    /// One line: lower case, no full stop, names in backticks.
    pub fn message(&self) -> String {
        match self {
            Self::UnknownField { field, .. } => format!("unknown field `{field}`"),
            Self::Missing { field } => format!("required field `{field}` is missing"),
            Self::Type { expected, found } => {
                format!("expected {}, found {}", expected.join(" or "), describe(found))
            }
            Self::Enum { allowed, found, .. } => match allowed.as_slice() {
                [only] => format!("expected `{}`, found {}", plain(only), describe(found)),
                _ => format!("{} is not one of {}", describe(found), list(allowed)),
            },
            Self::Pattern { pattern, found } => format!("`{found}` does not match `{pattern}`"),
            Self::Bound { unit: "", relation, limit, found } => {
                format!("{found} is not {relation} {limit}")
            }
            Self::Bound { unit, relation, limit, found } => {
                format!("{found} {unit}, where {relation} {limit} are allowed")
            }
            Self::DuplicateKey { key } => format!("duplicate entry `{}`", key.replace('"', "")),
            Self::Other { message } => message.clone(),
        }
    }

    /// The edit to make, where it follows from the problem.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::UnknownField { since: Some(since), .. } | Self::Enum { since: Some(since), .. } => {
                Some(format!("{} {} introduced it", since.project, since.release))
            }
            Self::UnknownField { suggestion: Some(suggestion), .. } => Some(format!("did you mean `{suggestion}`?")),
            Self::Type { expected, found: Value::Number(_) | Value::Bool(_) } if expected == &["string"] => {
                Some("put it in quotes".to_owned())
            }
            Self::Enum { allowed, found: Value::String(found), .. } => {
                let allowed = allowed.iter().filter_map(Value::as_str);
                crate::diagnostic::did_you_mean(found, allowed).map(|closest| format!("did you mean `{closest}`?"))
            }
            _ => None,
        }
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn list(values: &[Value]) -> String {
    values.iter().map(|value| format!("`{}`", plain(value))).collect::<Vec<_>>().join(", ")
}

fn describe(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => format!("boolean `{value}`"),
        Value::Number(number) if number.is_f64() => format!("number `{number}`"),
        Value::Number(number) => format!("integer `{number}`"),
        Value::String(text) => format!("string `{text}`"),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "a mapping".to_owned(),
    }
}
