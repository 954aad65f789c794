//! The changes that turn one value into another.

use super::list_keys::{self, key};
use super::{Change, Edit, Path, Step};
use crate::json::{Map, Value};

/// What has to be done to `old` to get `new`, in an order in which it can be done. The order of an object's fields means
/// nothing.
pub fn changes(old: &Value, new: &Value) -> Vec<Change> {
    let mut changes = Vec::new();
    values(&Path::default(), old, new, &mut changes);
    changes
}

fn values(path: &Path, old: &Value, new: &Value, changes: &mut Vec<Change>) {
    match (old, new) {
        _ if old == new => {}
        (Value::Object(old), Value::Object(new)) => fields(path, old, new, changes),
        (Value::Array(before), Value::Array(after)) => lists(path, before, after, changes),
        _ => changes.push(replaced(path, old.clone(), new.clone())),
    }
}

fn replaced(path: &Path, old: Value, new: Value) -> Change {
    Change { path: path.clone(), edit: Edit::Replaced { old, new } }
}

fn fields(path: &Path, old: &Map, new: &Map, changes: &mut Vec<Change>) {
    for (name, value) in old {
        let path = path.join(Step::Field(name.to_owned()));
        match new.get(name) {
            Some(after) => values(&path, value, after, changes),
            None => changes.push(Change { path, edit: Edit::Removed(value.clone()) }),
        }
    }
    for (name, value) in new.iter().filter(|(name, _)| !old.contains_key(name)) {
        let path = path.join(Step::Field(name.to_owned()));
        changes.push(Change { path, edit: Edit::Added(value.clone()) });
    }
}

fn lists(path: &Path, old: &[Value], new: &[Value], changes: &mut Vec<Change>) {
    let name = match path.0.last() {
        Some(Step::Field(name)) => name.as_str(),
        _ => "",
    };
    if let Some(by) = list_keys::choose(name, old, new) {
        return keyed(path, by, old, new, changes);
    }
    let (before, after) = (texts(old), texts(new));
    if sorted(&before) == sorted(&after) {
        let edit = Edit::Reordered { by: &[], old: before, new: after };
        changes.push(Change { path: path.clone(), edit });
    } else if old.len() == new.len() && old.iter().chain(new).all(Value::is_object) {
        for (index, (old, new)) in old.iter().zip(new).enumerate() {
            values(&path.join(Step::Index(index)), old, new, changes);
        }
    } else {
        changes.push(replaced(path, old.to_vec().into(), new.to_vec().into()));
    }
}

/// Items that are known by a key: removed and changed ones first, then new ones at the end, then all in their order.
fn keyed(path: &Path, by: &'static [&'static str], old: &[Value], new: &[Value], changes: &mut Vec<Change>) {
    let keys = |items: &[Value]| -> Vec<String> { items.iter().filter_map(|item| key(by, item)).collect() };
    let (before, after) = (keys(old), keys(new));
    let item = |key: &String| path.join(Step::Item { by, key: key.clone() });
    let mut order = Vec::with_capacity(new.len());
    for (key, value) in before.iter().zip(old) {
        match after.iter().position(|other| other == key) {
            Some(index) => {
                order.push(key.clone());
                values(&item(key), value, &new[index], changes);
            }
            None => changes.push(Change { path: item(key), edit: Edit::Removed(value.clone()) }),
        }
    }
    for (key, value) in after.iter().zip(new).filter(|(key, _)| !before.contains(key)) {
        order.push(key.clone());
        changes.push(Change { path: item(key), edit: Edit::Added(value.clone()) });
    }
    if order != after {
        changes.push(Change { path: path.clone(), edit: Edit::Reordered { by, old: order, new: after } });
    }
}

/// Items as texts, for lists whose items are known by the whole of them.
pub(super) fn texts(items: &[Value]) -> Vec<String> {
    let text = |item: &Value| item.as_str().map_or_else(|| item.to_string(), str::to_owned);
    items.iter().map(text).collect()
}

fn sorted(texts: &[String]) -> Vec<&String> {
    let mut texts: Vec<&String> = texts.iter().collect();
    texts.sort_unstable();
    texts
}
