//! Rendered output as a value, and its comparison with a directory.
//!
//! This is the only module that reads or writes `generated/`. What it finds there it trusts no further than the header
//! line goes: see [`compare()`] for the states a file can be in, and [`write()`] for what is done about them.

mod compare;
mod diff;
mod header;
mod listing;
mod output;
mod write;

use std::collections::BTreeMap;
use std::fmt;

use rayon::prelude::*;

pub use compare::{Compared, Comparison, Scope, State, compare};
pub use diff::unified_diff;
pub use header::{source_of, with_header};
pub use output::Output;
pub use write::write;

/// Rendered output: whole texts, header included, by their path below the output directory, with `/`.
///
/// Every path in it is safe to write: relative, of visible names, and no file is another one's directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree(BTreeMap<String, String>);

/// Why a path was not taken into a [`Tree`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// This path is in the tree already: the same one, or one that would have to be both a file and a directory.
    Taken(String),
    /// The path leaves the output directory or has a name that is empty, hidden or not printable.
    Unsafe(String),
}

impl Tree {
    /// Adds a file. A tree that refused one is unchanged.
    pub fn insert(&mut self, path: impl Into<String>, text: impl Into<String>) -> Result<(), Refused> {
        let path = path.into();
        if !path.split('/').all(is_safe_name) {
            return Err(Refused::Unsafe(path));
        }
        if let Some(taken) = self.taken(&path) {
            return Err(Refused::Taken(taken));
        }
        self.0.insert(path, text.into());
        Ok(())
    }

    /// All files of a list that a tree takes, as if they were added one by one: of two at one path the first counts.
    ///
    /// Where nothing is refused, as nearly always, a look at each file and its neighbour is enough to know that.
    pub fn of(files: Vec<(String, String)>) -> Self {
        let mut sorted: Vec<&str> = files.par_iter().map(|(path, _)| path.as_str()).collect();
        sorted.par_sort_unstable();
        let is_repeated = sorted.windows(2).any(|paths| paths[0] == paths[1]);
        let is_safe = || sorted.par_iter().all(|path| path.split('/').all(is_safe_name));
        // Neighbours stand in one directory.
        let mut directories = sorted.clone();
        directories.dedup_by_key(|path| ancestors(path).next());
        let is_file = |directory: &str| sorted.binary_search(&directory).is_ok();
        if is_repeated || !is_safe() || directories.into_iter().flat_map(ancestors).any(is_file) {
            let mut tree = Self::default();
            for (path, text) in files {
                let _ = tree.insert(path, text);
            }
            return tree;
        }
        Self(files.into_iter().collect())
    }

    /// The text at `path`.
    pub fn get(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    /// Paths and texts, sorted by path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// The number of files.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no files.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn taken(&self, path: &str) -> Option<String> {
        if self.0.contains_key(path) {
            return Some(path.to_owned());
        }
        if let Some(directory) = ancestors(path).find(|directory| self.0.contains_key(*directory)) {
            return Some(directory.to_owned());
        }
        let below = format!("{path}/");
        let (next, _) = self.0.range(below.clone()..).next()?;
        next.starts_with(&below).then(|| next.clone())
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Taken(path) => write!(formatter, "{path} is already rendered"),
            Self::Unsafe(path) => {
                write!(formatter, "{path:?} is no path below the output directory")
            }
        }
    }
}

impl std::error::Error for Refused {}

/// The directories above `path`, the nearest first, without the output directory itself.
fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    path.rmatch_indices('/').map(|(offset, _)| &path[..offset])
}

/// Hidden names are raygen's own (temporary files) or other programs', and `.` and `..` are among them. 255 bytes is the
/// longest name that Linux file systems take.
fn is_safe_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 255
        && !name.starts_with('.')
        && !name.contains(|character: char| character.is_control() || character == '\\')
}
