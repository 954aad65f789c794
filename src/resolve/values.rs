//! Merged values, and the symbolic places in them.

use std::sync::Arc;

use crate::document::Node;
use crate::source::Span;

/// A symbolic place in the specs: the keys that lead to a value, such as `clusters.train.workers.gpu.max`.
///
/// Places below one another share their beginning: a cluster's object names hundreds of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpecPath(Option<Arc<Step>>);

/// The last key of a path, and the path above it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Step {
    above: SpecPath,
    key: Box<str>,
}

impl SpecPath {
    /// The place that these keys lead to.
    pub fn new<'a>(keys: impl IntoIterator<Item = &'a str>) -> Self {
        keys.into_iter().fold(Self::default(), |path, key| path.join(key))
    }

    /// A place below this one.
    #[must_use]
    pub fn join(&self, key: &str) -> Self {
        Self(Some(Arc::new(Step { above: self.clone(), key: key.into() })))
    }

    /// The keys.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &str> {
        let mut keys = Vec::new();
        let mut path = self;
        while let Some(step) = &path.0 {
            keys.push(&*step.key);
            path = &step.above;
        }
        keys.into_iter().rev()
    }
}

impl std::fmt::Display for SpecPath {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.keys().collect::<Vec<_>>().join("."))
    }
}

/// The merged values of a team or of the platform, each with the place that set it.
#[derive(Clone, Debug)]
pub struct Values {
    /// The tree.
    pub root: Node,
    /// The source that the objects are said to be generated from, such as `teams/vision.toml`.
    pub source: String,
}

impl Values {
    /// The place of a value, or of the nearest thing above it that stands in a file.
    pub fn span(&self, path: &SpecPath) -> Span {
        self.root.nearest(path.keys()).span
    }

    /// The place of a value in the file of the tree itself: that of the nearest thing around it where a default or a
    /// profile set it.
    pub fn own_span(&self, path: &SpecPath) -> Span {
        let mut node = &self.root;
        let mut own = node.span;
        for key in path.keys() {
            let Some(child) = node.child(key) else { break };
            node = child;
            if node.span.file == own.file {
                own = node.span;
            }
        }
        own
    }

    /// The place of the key at `path`; useful for what is wrong with a whole table.
    pub fn key_span(&self, path: &SpecPath) -> Span {
        self.root.nearest(path.keys()).key
    }
}
