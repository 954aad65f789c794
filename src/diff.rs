//! What differs between two sets of Kubernetes objects: objects are matched by identity, fields by path, and the items of
//! lists by the keys that Kubernetes knows them by. No I/O.

mod apply;
mod compare;
mod list_keys;
mod objects;
mod path;
mod rename;

pub use apply::apply;
pub use compare::changes;
pub use list_keys::{KEYS, alternatives};
pub use objects::{Object, Pair, compare};
pub use path::{Path, Pattern, Step};

use crate::json::Value;

/// One difference between two objects.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Where.
    pub path: Path,
    /// What was done there.
    pub edit: Edit,
}

/// What was done to a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// It is new.
    Added(Value),
    /// It is gone.
    Removed(Value),
    /// It is another.
    Replaced {
        /// Before.
        old: Value,
        /// After.
        new: Value,
    },
    /// A list has the same items in another order.
    Reordered {
        /// The fields that tell the items apart; none where an item is known by the whole of it.
        by: &'static [&'static str],
        /// What the items are called, in their order before.
        old: Vec<String>,
        /// In their order after.
        new: Vec<String>,
    },
}

impl Edit {
    /// The value before, if there was one.
    pub fn before(&self) -> Option<&Value> {
        match self {
            Self::Removed(value) | Self::Replaced { old: value, .. } => Some(value),
            Self::Added(_) | Self::Reordered { .. } => None,
        }
    }

    /// The value after, if there is one.
    pub fn after(&self) -> Option<&Value> {
        match self {
            Self::Added(value) | Self::Replaced { new: value, .. } => Some(value),
            Self::Removed(_) | Self::Reordered { .. } => None,
        }
    }
}
