//! Objects of two sides, matched by identity.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::{Change, changes, rename};
use crate::json::Value;
use crate::manifest::Manifest;

/// An object and whose it is.
#[derive(Clone, Copy, Debug)]
pub struct Object<'a> {
    /// The environment it is for.
    pub environment: &'a str,
    /// The team it belongs to; `None` for a shared pool's.
    pub team: Option<&'a str>,
    /// The workload it belongs to; `None` for what belongs to the team as a whole.
    pub workload: Option<&'a str>,
    /// The whole object.
    pub value: &'a Value,
}

/// What makes an object the same as another: two with equal identities can never be in one cluster together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Identity<'a> {
    environment: &'a str,
    group: &'a str,
    kind: &'a str,
    namespace: &'a str,
    name: &'a str,
}

impl<'a> Object<'a> {
    /// A rendered object.
    pub fn of_manifest(manifest: &'a Manifest) -> Self {
        Self {
            environment: &manifest.environment.name,
            team: manifest.team.as_deref(),
            workload: manifest.workload.as_deref(),
            value: &manifest.object,
        }
    }

    fn text(&self, pointer: &str) -> &'a str {
        self.value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    /// `apiVersion`.
    pub fn api_version(&self) -> &'a str {
        self.text("/apiVersion")
    }

    /// The API's group; empty for the core one.
    pub fn group(&self) -> &'a str {
        self.api_version().split_once('/').map_or("", |(group, _)| group)
    }

    /// `kind`.
    pub fn kind(&self) -> &'a str {
        self.text("/kind")
    }

    /// `metadata.name`.
    pub fn name(&self) -> &'a str {
        self.text("/metadata/name")
    }

    /// `metadata.namespace`; empty for a cluster-scoped object.
    pub fn namespace(&self) -> &'a str {
        self.text("/metadata/namespace")
    }

    fn identity(&self) -> Identity<'a> {
        Identity {
            environment: self.environment,
            group: self.group(),
            kind: self.kind(),
            namespace: self.namespace(),
            name: self.name(),
        }
    }
}

/// An object that differs: before, after, or both.
#[derive(Clone, Debug)]
pub struct Pair<'a> {
    /// Before; `None` if it is new.
    pub old: Option<Object<'a>>,
    /// After; `None` if it is gone.
    pub new: Option<Object<'a>>,
    /// What differs, if there are both.
    pub changes: Vec<Change>,
    /// Another name that the same object seems to have had, or to have got, on the other side.
    pub renamed: Option<&'a str>,
}

impl<'a> Pair<'a> {
    /// The object after, or else before.
    pub fn object(&self) -> Object<'a> {
        self.new.or(self.old).expect("a pair has an object")
    }
}

/// The objects that differ, by environment, team, kind and name. Of two objects with one identity on one side the first
/// counts: that there are two is for `lint` to say.
pub fn compare<'a>(
    old: impl IntoIterator<Item = Object<'a>>,
    new: impl IntoIterator<Item = Object<'a>>,
) -> Vec<Pair<'a>> {
    let mut sides: BTreeMap<Identity<'a>, [Option<Object<'a>>; 2]> = BTreeMap::new();
    for object in old {
        sides.entry(object.identity()).or_default()[0].get_or_insert(object);
    }
    for object in new {
        sides.entry(object.identity()).or_default()[1].get_or_insert(object);
    }
    let sides: Vec<[Option<Object<'a>>; 2]> = sides.into_values().collect();
    let mut pairs: Vec<Pair<'a>> = sides.into_par_iter().filter_map(pair).collect();
    rename::find(&mut pairs);
    pairs
}

fn pair([old, new]: [Option<Object<'_>>; 2]) -> Option<Pair<'_>> {
    let changes = match (&old, &new) {
        (Some(old), Some(new)) => changes(old.value, new.value),
        _ => Vec::new(),
    };
    let differs = old.is_none() || new.is_none() || !changes.is_empty();
    differs.then_some(Pair { old, new, changes, renamed: None })
}
