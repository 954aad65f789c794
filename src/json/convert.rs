//! Values from and to other types.

use std::borrow::Cow;

use serde_json::Number;

use super::{Key, Map, Value};

macro_rules! from {
    ($($type:ty => |$value:ident| $convert:expr;)*) => {
        $(impl From<$type> for Value {
            fn from($value: $type) -> Self {
                $convert
            }
        })*
    };
}

from! {
    bool => |flag| Self::Bool(flag);
    i32 => |number| Self::Number(number.into());
    i64 => |number| Self::Number(number.into());
    u16 => |number| Self::Number(number.into());
    u32 => |number| Self::Number(number.into());
    u64 => |number| Self::Number(number.into());
    // JSON has no infinities.
    f64 => |number| Number::from_f64(number).map_or(Self::Null, Self::Number);
    Number => |number| Self::Number(number);
    &str => |text| Self::String(text.to_owned());
    String => |text| Self::String(text);
    Cow<'_, str> => |text| Self::String(text.into_owned());
    Map => |fields| Self::Object(fields);
}

impl<T: Into<Self>> From<Vec<T>> for Value {
    fn from(items: Vec<T>) -> Self {
        items.into_iter().collect()
    }
}

impl<T: Into<Self>> FromIterator<T> for Value {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self::Array(items.into_iter().map(Into::into).collect())
    }
}

impl<K: Into<Key>, V: Into<Self>> FromIterator<(K, V)> for Value {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(fields: I) -> Self {
        Self::Object(fields.into_iter().map(|(name, value)| (name, value.into())).collect())
    }
}

impl From<serde_json::Value> for Value {
    fn from(value: serde_json::Value) -> Self {
        match value {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(flag) => Self::Bool(flag),
            serde_json::Value::Number(number) => Self::Number(number),
            serde_json::Value::String(text) => Self::String(text),
            serde_json::Value::Array(items) => items.into_iter().collect(),
            serde_json::Value::Object(fields) => {
                Self::Object(fields.into_iter().map(|(name, value)| (name, value.into())).collect())
            }
        }
    }
}

impl From<&Value> for serde_json::Value {
    fn from(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(flag) => Self::Bool(*flag),
            Value::Number(number) => Self::Number(number.clone()),
            Value::String(text) => Self::String(text.clone()),
            Value::Array(items) => items.iter().map(Self::from).collect(),
            Value::Object(fields) => fields.into(),
        }
    }
}

impl From<&Map> for serde_json::Value {
    fn from(fields: &Map) -> Self {
        fields.iter().map(|(name, value)| (name.to_owned(), Self::from(value))).collect()
    }
}

impl PartialEq<str> for Value {
    fn eq(&self, text: &str) -> bool {
        self.as_str() == Some(text)
    }
}

impl PartialEq<&str> for Value {
    fn eq(&self, text: &&str) -> bool {
        self.as_str() == Some(*text)
    }
}

impl PartialEq<String> for Value {
    fn eq(&self, text: &String) -> bool {
        self.as_str() == Some(text)
    }
}

impl PartialEq<bool> for Value {
    fn eq(&self, flag: &bool) -> bool {
        self.as_bool() == Some(*flag)
    }
}

impl PartialEq<i64> for Value {
    fn eq(&self, number: &i64) -> bool {
        self.as_i64() == Some(*number)
    }
}
