//! Things of a list by what rules ask for them by, so that no rule looks through all of them for each of its own.

use std::collections::BTreeMap;

/// Positions in a list, by a key of what stands there. Those of one key stand in the order of the list.
#[derive(Debug)]
pub(super) struct Index<K>(BTreeMap<K, Vec<usize>>);

impl<K: Ord> Index<K> {
    /// Of a list; what has no key is in no index.
    pub(super) fn of<T>(list: &[T], key: impl Fn(&T) -> Option<K>) -> Self {
        let mut positions: BTreeMap<K, Vec<usize>> = BTreeMap::new();
        for (position, item) in list.iter().enumerate() {
            if let Some(key) = key(item) {
                positions.entry(key).or_default().push(position);
            }
        }
        Self(positions)
    }

    /// All keys.
    pub(super) fn keys(&self) -> impl Iterator<Item = &K> {
        self.0.keys()
    }

    /// The positions of a key.
    pub(super) fn get(&self, key: &K) -> &[usize] {
        self.0.get(key).map_or(&[], Vec::as_slice)
    }
}
