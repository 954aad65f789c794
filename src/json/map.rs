//! The fields of an object, in their order.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{Hash, Hasher};

use super::Value;

/// The name of a field. Names of our structs are never copied.
pub type Key = Cow<'static, str>;

/// From this many fields on, names are looked up by their hashes: only `ConfigMap`s and the like have so many.
const MANY: usize = 32;

/// The fields of an object, in their order. Two maps are equal whatever the order.
#[derive(Clone, Debug, Default)]
pub struct Map {
    fields: Vec<(Key, Value)>,
    /// Where each name stands; only of many.
    #[expect(clippy::box_collection, reason = "of the few fields that most objects have, none is looked up by hash")]
    places: Option<Box<HashMap<Key, usize>>>,
}

impl Map {
    /// No fields.
    pub fn new() -> Self {
        Self::default()
    }

    /// No fields, and room for so many.
    pub fn with_capacity(capacity: usize) -> Self {
        Self { fields: Vec::with_capacity(capacity), places: None }
    }

    /// The number of fields.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// The position of a field.
    pub fn position(&self, name: &str) -> Option<usize> {
        match &self.places {
            Some(places) => places.get(name).copied(),
            None => self.fields.iter().position(|(known, _)| is_same(known, name)),
        }
    }

    /// The value of a field.
    pub fn get(&self, name: &str) -> Option<&Value> {
        match &self.places {
            Some(places) => places.get(name).map(|&place| &self.fields[place].1),
            None => self.fields.iter().find(|(known, _)| is_same(known, name)).map(|(_, value)| value),
        }
    }

    /// The value of a field.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Value> {
        let place = self.position(name)?;
        Some(&mut self.fields[place].1)
    }

    /// Whether there is such a field.
    pub fn contains_key(&self, name: &str) -> bool {
        self.position(name).is_some()
    }

    /// Sets a field; a new one comes last. Returns the value that it had.
    pub fn insert(&mut self, name: impl Into<Key>, value: Value) -> Option<Value> {
        let name = name.into();
        if let Some(known) = self.get_mut(&name) {
            return Some(std::mem::replace(known, value));
        }
        self.push(name, value);
        None
    }

    /// Adds a field that is not there yet, as the last one.
    pub(super) fn push(&mut self, name: Key, value: Value) {
        if let Some(places) = &mut self.places {
            places.insert(name.clone(), self.fields.len());
        }
        self.fields.push((name, value));
        if self.places.is_none() && self.fields.len() > MANY {
            self.index();
        }
    }

    /// Takes a field out; the others keep their order. Returns its value.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        let place = self.position(name)?;
        let (_, value) = self.fields.remove(place);
        if self.places.is_some() {
            self.index();
        }
        Some(value)
    }

    /// Names and values.
    pub fn iter(&self) -> Iter<'_> {
        Iter(self.fields.iter())
    }

    /// Names and values.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&str, &mut Value)> {
        self.fields.iter_mut().map(|(name, value)| (&**name, value))
    }

    /// Names.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &str> + ExactSizeIterator + Clone {
        self.iter().map(|(name, _)| name)
    }

    /// Values.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &Value> + ExactSizeIterator + Clone {
        self.iter().map(|(_, value)| value)
    }

    fn index(&mut self) {
        let places = self.fields.iter().enumerate().map(|(place, (name, _))| (name.clone(), place));
        self.places = Some(Box::new(places.collect()));
    }
}

/// Whether two names are one. Most others of the same length begin with another letter, and need no call.
pub(crate) fn is_same(known: &str, name: &str) -> bool {
    known.len() == name.len() && known.as_bytes().first() == name.as_bytes().first() && known == name
}

impl PartialEq for Map {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().all(|(name, value)| other.get(name) == Some(value))
    }
}

impl Eq for Map {}

/// Equal maps have equal hashes, whatever the order of their fields.
impl Hash for Map {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let mut fields: Vec<_> = self.iter().collect();
        fields.sort_unstable_by_key(|(name, _)| *name);
        fields.hash(state);
    }
}

impl IntoIterator for Map {
    type Item = (Key, Value);
    type IntoIter = std::vec::IntoIter<(Key, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        self.fields.into_iter()
    }
}

impl<'a> IntoIterator for &'a Map {
    type Item = (&'a str, &'a Value);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Names and values of borrowed fields.
#[derive(Clone, Debug)]
pub struct Iter<'a>(std::slice::Iter<'a, (Key, Value)>);

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a str, &'a Value);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(name, value)| (name.as_ref(), value))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl DoubleEndedIterator for Iter<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0.next_back().map(|(name, value)| (name.as_ref(), value))
    }
}

impl ExactSizeIterator for Iter<'_> {}

impl<K: Into<Key>> FromIterator<(K, Value)> for Map {
    fn from_iter<I: IntoIterator<Item = (K, Value)>>(fields: I) -> Self {
        let mut map = Self::new();
        map.extend(fields);
        map
    }
}

impl<K: Into<Key>> Extend<(K, Value)> for Map {
    fn extend<I: IntoIterator<Item = (K, Value)>>(&mut self, fields: I) {
        for (name, value) in fields {
            self.insert(name, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MANY, Map};
    use crate::json::Value;

    #[test]
    fn few_and_many_fields_are_found_replaced_and_removed_alike() {
        for count in [3, MANY, MANY + 1, 4 * MANY] {
            let mut map: Map = (0..count).map(|n| (format!("key-{n}"), Value::from(n as u64))).collect();
            assert_eq!(map.insert("key-1", Value::Null), Some(Value::from(1_u64)));
            assert_eq!(map.remove("key-0"), Some(Value::from(0_u64)));
            assert_eq!(map.remove("key-0"), None);
            map.insert("new", Value::Bool(true));
            assert_eq!(map.len(), count);
            assert_eq!(map.get("key-1"), Some(&Value::Null));
            assert_eq!(map.get(&format!("key-{}", count - 1)), Some(&Value::from(count as u64 - 1)));
            assert_eq!(map.position("new"), Some(count - 1), "a new field comes last");
            assert!(map.keys().eq(map.clone().into_iter().map(|(name, _)| name)));
        }
    }

    #[test]
    fn equal_maps_may_have_another_order() {
        let map: Map = [("a", Value::Null), ("b", Value::Bool(true))].into_iter().collect();
        let other: Map = [("b", Value::Bool(true)), ("a", Value::Null)].into_iter().collect();
        assert_eq!(map, other);
        assert_ne!(map, [("a", Value::Null), ("c", Value::Bool(true))].into_iter().collect());
    }
}
