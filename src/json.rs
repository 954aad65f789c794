//! JSON values of Kubernetes objects: small, in the order of their fields, and quick to look into.
//!
//! A run holds some hundred thousand of them and looks up parts of them millions of times. `serde_json` keeps order by
//! hashing every name of every object; objects of Kubernetes have few fields, which are found sooner by looking at each,
//! and most names stand in our source already and need no copy. Schemas stay `serde_json`'s values.

mod convert;
mod deserialize;
mod instance;
mod map;
mod serialize;

use std::borrow::Cow;
use std::fmt;
use std::ops::{Index, IndexMut};

use serde_json::Number;

pub use self::deserialize::from_fields;
pub use self::instance::Representation;
pub(crate) use self::map::is_same;
pub use self::map::{Key, Map};
pub use self::serialize::to_value;

/// A value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the words of JSON")]
pub enum Value {
    #[default]
    Null,
    Bool(bool),
    Number(Number),
    String(String),
    Array(Vec<Self>),
    Object(Map),
}

/// What is found where nothing is.
static NULL: Value = Value::Null;

impl Value {
    /// Whether it is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether it is a string.
    pub fn is_string(&self) -> bool {
        matches!(self, Self::String(_))
    }

    /// Whether it is a number.
    pub fn is_number(&self) -> bool {
        matches!(self, Self::Number(_))
    }

    /// Whether it is an array.
    pub fn is_array(&self) -> bool {
        matches!(self, Self::Array(_))
    }

    /// Whether it is an object.
    pub fn is_object(&self) -> bool {
        matches!(self, Self::Object(_))
    }

    /// The boolean that it is.
    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(flag) = self { Some(*flag) } else { None }
    }

    /// The number that it is, where that is an integer in range.
    pub fn as_i64(&self) -> Option<i64> {
        self.as_number()?.as_i64()
    }

    /// The number that it is, where that is an integer in range.
    pub fn as_u64(&self) -> Option<u64> {
        self.as_number()?.as_u64()
    }

    /// The number that it is.
    pub fn as_f64(&self) -> Option<f64> {
        self.as_number()?.as_f64()
    }

    /// The number that it is.
    pub fn as_number(&self) -> Option<&Number> {
        if let Self::Number(number) = self { Some(number) } else { None }
    }

    /// The text that it is.
    pub fn as_str(&self) -> Option<&str> {
        if let Self::String(text) = self { Some(text) } else { None }
    }

    /// The items that it has.
    pub fn as_array(&self) -> Option<&Vec<Self>> {
        if let Self::Array(items) = self { Some(items) } else { None }
    }

    /// The fields that it has.
    pub fn as_object(&self) -> Option<&Map> {
        if let Self::Object(fields) = self { Some(fields) } else { None }
    }

    /// The items that it has.
    pub fn as_array_mut(&mut self) -> Option<&mut Vec<Self>> {
        if let Self::Array(items) = self { Some(items) } else { None }
    }

    /// The fields that it has.
    pub fn as_object_mut(&mut self) -> Option<&mut Map> {
        if let Self::Object(fields) = self { Some(fields) } else { None }
    }

    /// The field of an object; `None` where there is none, or no object.
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.as_object()?.get(name)
    }

    /// The part at a JSON pointer (RFC 6901).
    pub fn pointer(&self, pointer: &str) -> Option<&Self> {
        tokens(pointer)?.try_fold(self, |value, token| match value {
            Self::Object(fields) => fields.get(&unescaped(token)),
            Self::Array(items) => items.get(index(token)?),
            _ => None,
        })
    }

    /// The part at a JSON pointer (RFC 6901).
    pub fn pointer_mut(&mut self, pointer: &str) -> Option<&mut Self> {
        tokens(pointer)?.try_fold(self, |value, token| match value {
            Self::Object(fields) => fields.get_mut(&unescaped(token)),
            Self::Array(items) => items.get_mut(index(token)?),
            _ => None,
        })
    }
}

/// Looks up parts as `Value::get` does, where they are named one by one in rules: absent parts are null.
impl<T: AsRef<str> + ?Sized> Index<&T> for Value {
    type Output = Self;

    fn index(&self, name: &T) -> &Self {
        self.get(name.as_ref()).unwrap_or(&NULL)
    }
}

/// Makes room for a field that is not there, and an object of null.
impl<T: AsRef<str> + ?Sized> IndexMut<&T> for Value {
    fn index_mut(&mut self, name: &T) -> &mut Self {
        if self.is_null() {
            *self = Map::new().into();
        }
        let fields = self.as_object_mut().expect("only objects are given fields");
        if !fields.contains_key(name.as_ref()) {
            fields.insert(name.as_ref().to_owned(), Self::Null);
        }
        fields.get_mut(name.as_ref()).expect("it was just there")
    }
}

/// The item of a list; null where there is none.
impl Index<usize> for Value {
    type Output = Self;

    fn index(&self, index: usize) -> &Self {
        self.as_array().and_then(|items| items.get(index)).unwrap_or(&NULL)
    }
}

/// As JSON on one line.
impl fmt::Display for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

/// The tokens of a JSON pointer, as they are written; `None` of what is no pointer.
fn tokens(pointer: &str) -> Option<impl Iterator<Item = &str>> {
    let mut rest = pointer.as_bytes();
    if !rest.is_empty() && rest[0] != b'/' {
        return None;
    }
    let mut start = 0;
    Some(std::iter::from_fn(move || {
        let after = rest.split_first().map(|(_, after)| after)?;
        let length = after.iter().position(|&byte| byte == b'/').unwrap_or(after.len());
        let from = start + 1;
        start = from + length;
        rest = &after[length..];
        Some(&pointer[from..start])
    }))
}

fn unescaped(token: &str) -> Cow<'_, str> {
    if token.bytes().any(|byte| byte == b'~') {
        Cow::Owned(token.replace("~1", "/").replace("~0", "~"))
    } else {
        Cow::Borrowed(token)
    }
}

/// The index that a token is: without a sign or leading zeros.
fn index(token: &str) -> Option<usize> {
    let is_number = token == "0" || !token.starts_with(['0', '+']);
    token.parse().ok().filter(|_| is_number)
}

/// A value, written as JSON.
#[macro_export]
macro_rules! json {
    ($($json:tt)*) => {
        $crate::json::Value::from(::serde_json::json!($($json)*))
    };
}

#[cfg(test)]
mod tests {
    use super::Value;

    #[test]
    fn a_part_is_found_as_the_standard_says() {
        let many: serde_json::Map<_, _> = (0..40).map(|n| (format!("key-{n}"), n.into())).collect();
        let json = serde_json::json!({ "a": [{ "b": 1 }, 2], "c/d": 3, "": 4, "many": many });
        let value = Value::from(json.clone());
        for pointer in [
            "",
            "/",
            "/a",
            "/a/0/b",
            "/a/1",
            "/a/2",
            "/a/x",
            "/a/00",
            "/a/+1",
            "/a/0/b/c",
            "/c~1d",
            "/many/key-39",
            "/many/key-40",
            "a",
            "//",
            "/a/",
        ] {
            assert_eq!(
                value.pointer(pointer).map(serde_json::Value::from).as_ref(),
                json.pointer(pointer),
                "{pointer}"
            );
        }
    }

    #[test]
    fn a_value_is_small() {
        assert!(size_of::<Value>() <= 32, "{} bytes", size_of::<Value>());
    }
}
