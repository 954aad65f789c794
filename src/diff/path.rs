//! Paths into objects, as people write them, and patterns of paths.

use std::fmt;

/// One step into a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// To a field of an object.
    Field(String),
    /// To the item of a list that has this key.
    Item {
        /// The fields that make up the key.
        by: &'static [&'static str],
        /// Their values, joined with `/`.
        key: String,
    },
    /// To the item of a list at this place.
    Index(usize),
}

/// A place in an object, such as `spec.workerGroupSpecs[gpu].maxReplicas`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Path(pub Vec<Step>);

impl Path {
    /// A place below this one.
    #[must_use]
    pub fn join(&self, step: Step) -> Self {
        Self(self.0.iter().cloned().chain([step]).collect())
    }

    /// The key of the first item on the way, such as a worker group's name.
    pub fn item(&self) -> Option<&str> {
        self.0.iter().find_map(|step| match step {
            Step::Item { key, .. } => Some(key.as_str()),
            _ => None,
        })
    }

    /// The last field on the way.
    pub fn field(&self) -> Option<&str> {
        self.0.iter().rev().find_map(|step| match step {
            Step::Field(name) => Some(name.as_str()),
            _ => None,
        })
    }
}

impl fmt::Display for Path {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.0.iter().enumerate() {
            match step {
                // The keys of labels and annotations have dots of their own.
                Step::Field(name) if name.is_empty() || name.contains(['.', '/', '[']) => {
                    write!(formatter, "[{name:?}]")?;
                }
                Step::Field(name) if index == 0 => write!(formatter, "{name}")?,
                Step::Field(name) => write!(formatter, ".{name}")?,
                Step::Item { key, .. } => write!(formatter, "[{key}]")?,
                Step::Index(index) => write!(formatter, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// A set of paths, such as `workerGroupSpecs[*].template.**`.
///
/// `[*]` is any item, `*` any one field, `{a,b}` either field; `**` at the end is whatever comes below, or nothing.
/// ` | ` stands between alternatives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pattern(pub &'static str);

impl Pattern {
    /// Whether the steps are in the set.
    pub fn matches(self, steps: &[Step]) -> bool {
        self.0.split(" | ").any(|alternative| matches(alternative, steps))
    }
}

fn matches(pattern: &str, steps: &[Step]) -> bool {
    let mut steps = steps.iter();
    for token in tokens(pattern) {
        if token == "**" {
            return true;
        }
        let fits = match steps.next() {
            None => false,
            Some(Step::Field(name)) => is_field(token, name),
            Some(Step::Item { .. } | Step::Index(_)) => token == "[*]",
        };
        if !fits {
            return false;
        }
    }
    steps.next().is_none()
}

fn tokens(pattern: &str) -> impl Iterator<Item = &str> {
    pattern.split('.').flat_map(|segment| {
        let (field, item) = match segment.strip_suffix("[*]") {
            Some(field) => (field, Some("[*]")),
            None => (segment, None),
        };
        std::iter::once(field).chain(item)
    })
}

fn is_field(token: &str, name: &str) -> bool {
    match token.strip_prefix('{').and_then(|token| token.strip_suffix('}')) {
        Some(either) => either.split(',').any(|token| token == name),
        None => token == "*" || token == name,
    }
}
