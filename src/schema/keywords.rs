//! The two keywords of ours beyond JSON Schema, for [`super::restated`].

use jsonschema::{Keyword, ValidationError};
use serde_json::Value;

use super::judge::Options;
use crate::json::{self, Map, Representation};

/// Registers `x-compare` and `x-unique`.
pub(super) fn register(options: Options<'_>) -> Options<'_> {
    options
        .with_keyword("x-compare", |_, value, _| {
            Compare::read(value)
                .map(|keyword| Box::new(keyword) as Box<dyn for<'i> Keyword<'i, Representation>>)
                .ok_or_else(|| ValidationError::schema("x-compare is [left, \">\" or \">=\", right]"))
        })
        .with_keyword("x-unique", |_, value, _| {
            Unique::read(value)
                .map(|keyword| Box::new(keyword) as Box<dyn for<'i> Keyword<'i, Representation>>)
                .ok_or_else(|| ValidationError::schema("x-unique has `keys`, a list of strings"))
        })
}

/// `["a", ">", "b"]` orders two fields of an object; `#a` is the number of items in `a`. Holds if one is absent.
struct Compare {
    left: String,
    or_equal: bool,
    right: String,
}

impl Compare {
    fn read(value: &Value) -> Option<Self> {
        let [left, operator, right] = value.as_array()?.as_slice() else { return None };
        let or_equal = match operator.as_str()? {
            ">" => false,
            ">=" => true,
            _ => return None,
        };
        Some(Self { left: left.as_str()?.to_owned(), or_equal, right: right.as_str()?.to_owned() })
    }

    fn holds(&self, instance: &json::Value) -> bool {
        let (Some(left), Some(right)) = (number(instance, &self.left), number(instance, &self.right)) else {
            return true;
        };
        if self.or_equal { left >= right } else { left > right }
    }
}

fn number(instance: &json::Value, operand: &str) -> Option<i64> {
    match operand.strip_prefix('#') {
        Some(list) => i64::try_from(instance.get(list)?.as_array()?.len()).ok(),
        None => instance.get(operand)?.as_i64(),
    }
}

impl<'i> Keyword<'i, Representation> for Compare {
    fn validate(&self, instance: &'i json::Value) -> Result<(), ValidationError<'i>> {
        if self.holds(instance) { Ok(()) } else { Err(ValidationError::custom("out of order")) }
    }

    fn is_valid(&self, instance: &'i json::Value) -> bool {
        self.holds(instance)
    }
}

/// `{"keys": [..], "where": {..}}`: no two items of a list agree in all keys. Items that lack a key, have it
/// empty, or differ from `where` do not count.
struct Unique {
    keys: Vec<String>,
    only: Map,
}

impl Unique {
    fn read(value: &Value) -> Option<Self> {
        let keys =
            value["keys"].as_array()?.iter().map(|key| key.as_str().map(str::to_owned)).collect::<Option<_>>()?;
        let only = value["where"].as_object().into_iter().flatten();
        let only = only.map(|(field, value)| (field.clone(), value.clone().into())).collect();
        Some(Self { keys, only })
    }

    fn holds(&self, instance: &json::Value) -> bool {
        let mut seen = Vec::new();
        instance.as_array().into_iter().flatten().all(|item| {
            let counts = self.only.iter().all(|(field, value)| item.get(field) == Some(value));
            let identity = self
                .keys
                .iter()
                .map(|key| item.get(key).filter(|value| value.as_str() != Some("")))
                .collect::<Option<Vec<_>>>();
            match identity {
                Some(identity) if counts => {
                    let new = !seen.contains(&identity);
                    seen.push(identity);
                    new
                }
                _ => true,
            }
        })
    }
}

impl<'i> Keyword<'i, Representation> for Unique {
    fn validate(&self, instance: &'i json::Value) -> Result<(), ValidationError<'i>> {
        if self.holds(instance) { Ok(()) } else { Err(ValidationError::custom("a key is there twice")) }
    }

    fn is_valid(&self, instance: &'i json::Value) -> bool {
        self.holds(instance)
    }
}
