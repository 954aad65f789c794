//! Merging: tables by key, arrays and what makes sense only as a whole by replacement.

use std::borrow::Cow;

use super::layers::{Fragment, INSTANCE_SELECTORS, Keys};
use crate::document::{Node, Table, Value};
use crate::source::Span;
use crate::spec::storage::TABLE_KEYS;

/// Inline tables that a stronger layer replaces whole: half of each makes no sense.
const WHOLE: &[&str] = &["gpu", "capacity-type"];
/// References, of which half names nothing: neither layers nor `unset` take one apart.
const REFERENCES: &[&str] = &["username", "password"];

/// Keys whose text is the short form of a table with one key: a stronger layer may add to it.
const SHORT_FORMS: &[(&str, &str)] = &[("network-policy", "mode"), ("pod-security", "enforce")];

/// Two ways to say one thing: a layer that goes one way discards what weaker layers said the other way.
const ALTERNATIVES: [[&str; 2]; 1] = [["serve-config", "serve-config-file"]];

/// Merges fragments, weakest first.
pub(super) fn merge(fragments: &[Fragment<'_>]) -> Table {
    let mut merged = Table::new();
    for fragment in fragments {
        for path in fragment.unset() {
            remove(&mut merged, path, "");
        }
        if INSTANCE_SELECTORS.iter().any(|key| fragment.get(key).is_some()) {
            merged.retain(|key, _| !INSTANCE_SELECTORS.contains(&key.as_str()));
        }
        for [one, other] in ALTERNATIVES {
            match (fragment.get(one), fragment.get(other)) {
                (Some(_), None) => merged.shift_remove(other),
                (None, Some(_)) => merged.shift_remove(one),
                _ => None,
            };
        }
        match fragment.keys {
            Keys::Under(key) => {
                if let Some(inner) = inner_table(&mut merged, key, fragment.table) {
                    overlay(inner, fragment.table.iter(), key);
                }
            }
            Keys::Storage(name) => {
                let storages = inner_table(&mut merged, "storage", fragment.table);
                if let Some(inner) = storages.and_then(|storages| inner_table(storages, name, fragment.table)) {
                    overlay(inner, fragment.table.iter(), name);
                }
            }
            Keys::All | Keys::Only(_) | Keys::Except(_) => {
                overlay(&mut merged, fragment.table.iter().filter(|(key, _)| fragment.counts(key)), "");
            }
        }
    }
    drop_storage_of_environments(&mut merged);
    merged
}

/// The table at a key, which is made where there is none.
fn inner_table<'t>(table: &'t mut Table, key: &str, place: &Table) -> Option<&'t mut Table> {
    match &mut table.entry(key.to_owned()).or_insert_with(|| empty_table(place)).value {
        Value::Table(inner) => Some(inner),
        _ => None,
    }
}

/// Takes out the tables of storages that speak of one environment: what counts here is merged already.
fn drop_storage_of_environments(merged: &mut Table) {
    let Some(Value::Table(storages)) = merged.get_mut("storage").map(|node| &mut node.value) else { return };
    for storage in storages.values_mut() {
        if let Value::Table(keys) = &mut storage.value {
            keys.retain(|key, node| node.table().is_none() || TABLE_KEYS.contains(&key.as_str()));
        }
    }
}

/// Whether a stronger layer's table replaces a weaker one's whole. A variable is a text or a reference: one replaces the
/// other whole.
fn replaces_whole(parent: &str, key: &str) -> bool {
    is_reference(parent, key) || WHOLE.contains(&key)
}

fn is_reference(parent: &str, key: &str) -> bool {
    parent == "env" || REFERENCES.contains(&key)
}

/// The values of a table that are replaced one by one when layers merge, with the keys that lead to them.
pub fn leaves(table: &Table) -> Vec<(Vec<&str>, &Node)> {
    fn collect<'a>(table: &'a Table, path: &[&'a str], found: &mut Vec<(Vec<&'a str>, &'a Node)>) {
        let parent = path.last().copied().unwrap_or_default();
        for (key, node) in table {
            let path = [path, &[key.as_str()]].concat();
            match &node.value {
                Value::Table(inner) if !replaces_whole(parent, key) => collect(inner, &path, found),
                _ => found.push((path, node)),
            }
        }
    }
    let mut found = Vec::new();
    collect(table, &[], &mut found);
    found
}

/// A table that stands where the first of `table`'s keys stands.
fn empty_table(table: &Table) -> Node {
    let span = table.values().next().map_or_else(Span::default, |node| node.key);
    Node { span, key: span, value: Value::Table(Table::new()) }
}

fn overlay<'a>(base: &mut Table, layer: impl Iterator<Item = (&'a String, &'a Node)>, parent: &str) {
    for (key, node) in layer {
        let node = &long_form(parent, key, node);
        let whole = replaces_whole(parent, key);
        match (base.get_mut(key).map(|below| &mut below.value), &node.value) {
            (Some(Value::Table(below)), Value::Table(above)) if !whole => {
                overlay(below, above.iter(), key);
            }
            _ => {
                base.insert(key.clone(), Node::clone(node));
            }
        }
    }
}

/// A value of [`SHORT_FORMS`] as the table that it stands for.
fn long_form<'a>(parent: &str, key: &str, node: &'a Node) -> Cow<'a, Node> {
    let form = SHORT_FORMS.iter().find(|(short, _)| parent.is_empty() && *short == key);
    match (form, &node.value) {
        (Some((_, inner)), Value::String(_)) => {
            let table = [((*inner).to_owned(), node.clone())].into_iter().collect();
            Cow::Owned(Node { span: node.span, key: node.key, value: Value::Table(table) })
        }
        _ => Cow::Borrowed(node),
    }
}

/// Takes out what a dotted path names. A key with dots, such as a label, is tried whole first.
fn remove(table: &mut Table, path: &str, parent: &str) {
    if table.shift_remove(path).is_some() {
        return;
    }
    if let Some((first, rest)) = path.split_once('.')
        && !is_reference(parent, first)
        && let Some(Value::Table(inner)) = table.get_mut(first).map(|node| &mut node.value)
    {
        remove(inner, rest, first);
    }
}
