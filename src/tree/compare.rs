//! Compares a tree with the output directory.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;

use anyhow::{Context as _, Result};
use rayon::prelude::*;

use super::header::{Authorship, authorship};
use super::listing::{self, Kind, Listing};
use super::{Output, Tree};

/// How a file in the output directory stands to the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// In the tree, not in the directory.
    Created,
    /// raygen wrote it, and the tree has another text.
    Changed,
    /// The same text, but for the ends of lines, which Git may have turned into CRLF.
    Unchanged,
    /// raygen wrote it, and its spec is gone.
    Removed,
    /// raygen wrote it, someone edited it, and the tree has another text. Left alone unless forced.
    Edited,
    /// raygen wrote it, someone edited it, and its spec is gone. Left alone unless forced.
    EditedOrphan,
    /// raygen did not write it, and the tree has a file of that name. Always left alone.
    Foreign,
    /// raygen did not write it, and the tree has no file of that name. Always left alone.
    ForeignOrphan,
}

/// Which files count as orphans when the tree does not have them. Files outside are neither read nor reported.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    directories: Option<BTreeSet<String>>,
    sources: Option<BTreeSet<String>>,
}

impl Scope {
    /// All files of the output directory, as when everything is rendered.
    pub fn everything() -> Self {
        Self::default()
    }

    /// Only files below these directories, such as `prod` or `prod/vision`.
    #[must_use]
    pub fn below<S: Into<String>>(mut self, directories: impl IntoIterator<Item = S>) -> Self {
        self.directories.get_or_insert_default().extend(directories.into_iter().map(Into::into));
        self
    }

    /// Only files whose header names one of these specs, such as `teams/vision.toml`: one team's share of `_cluster`.
    #[must_use]
    pub fn from_sources<S: Into<String>>(mut self, sources: impl IntoIterator<Item = S>) -> Self {
        self.sources.get_or_insert_default().extend(sources.into_iter().map(Into::into));
        self
    }

    /// Whether the file at `path` is in one of the directories.
    pub(super) fn contains(&self, path: &str) -> bool {
        match &self.directories {
            None => true,
            Some(directories) => super::ancestors(path).any(|above| directories.contains(above)),
        }
    }

    /// Whether the directory `path` is in scope, or one in scope is below it.
    pub(super) fn reaches(&self, path: &str) -> bool {
        let Some(directories) = &self.directories else { return true };
        let below = format!("{path}/");
        directories.contains(path)
            || self.contains(path)
            || directories.range(below.clone()..).next().is_some_and(|next| next.starts_with(&below))
    }

    fn has_source(&self, source: &str) -> bool {
        self.sources.as_ref().is_none_or(|sources| sources.contains(source))
    }
}

/// One file of a [`Comparison`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// How it stands to the tree.
    pub state: State,
    /// Its text before rendering, with LF, where that differs from the tree's and can be shown.
    pub old: Option<String>,
}

/// The output directory against a tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Each file of the tree and each orphan in scope, by its path below the output directory.
    pub files: BTreeMap<String, Compared>,
}

impl Comparison {
    /// The paths in this state, sorted.
    pub fn paths(&self, state: State) -> impl Iterator<Item = &str> {
        self.files.iter().filter(move |(_, file)| file.state == state).map(|(path, _)| path.as_str())
    }

    /// How many files are in this state.
    pub fn count(&self, state: State) -> usize {
        self.paths(state).count()
    }

    /// Whether the directory holds what the tree holds. Other people's files beside it do not matter.
    pub fn is_current(&self) -> bool {
        self.files.values().all(|file| matches!(file.state, State::Unchanged | State::ForeignOrphan))
    }
}

/// Compares without writing anything. It is an error if a symbolic link or a directory stands where a file belongs.
pub fn compare(tree: &Tree, output: &Output, scope: &Scope) -> Result<Comparison> {
    let listing = listing::list(tree, output, scope)?;
    compare_listed(tree, output, scope, &listing)
}

pub(super) fn compare_listed(tree: &Tree, output: &Output, scope: &Scope, listing: &Listing) -> Result<Comparison> {
    let mut paths: BTreeMap<&str, (Option<&str>, Option<Kind>)> =
        tree.iter().map(|(path, text)| (path, (Some(text), None))).collect();
    for (path, kind) in &listing.files {
        paths.entry(path).or_default().1 = Some(*kind);
    }
    let paths: Vec<(&str, Option<&str>, Option<Kind>)> =
        paths.into_iter().map(|(path, (new, kind))| (path, new, kind)).collect();
    let compared: Vec<Result<Option<Compared>>> =
        paths.par_iter().map(|(path, new, kind)| compare_file(path, *kind, *new, output, scope)).collect();
    let compared = paths.into_iter().zip(compared).filter_map(|((path, ..), compared)| {
        let compared = compared.transpose()?;
        Some(compared.map(|compared| (path.to_owned(), compared)))
    });
    Ok(Comparison { files: compared.collect::<Result<_>>()? })
}

fn compare_file(
    path: &str,
    kind: Option<Kind>,
    new: Option<&str>,
    output: &Output,
    scope: &Scope,
) -> Result<Option<Compared>> {
    let without_text = |state| Some(Compared { state, old: None });
    let absent = if new.is_some() { without_text(State::Created) } else { None };
    let foreign = match new {
        Some(_) => without_text(State::Foreign),
        None if scope.sources.is_none() => without_text(State::ForeignOrphan),
        None => None,
    };
    match kind {
        None => return Ok(absent),
        Some(Kind::File) => {}
        Some(_) => return Ok(foreign),
    }
    let bytes = match fs::read(output.join(path)) {
        // Someone removed it since it was listed.
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(absent),
        bytes => bytes.with_context(|| format!("read {}", output.display(path)))?,
    };
    if new.is_some_and(|new| new.as_bytes() == bytes) {
        return Ok(without_text(State::Unchanged));
    }
    let Ok(text) = String::from_utf8(bytes) else { return Ok(foreign) };
    // Our texts have no CR (YAML escapes it), so a CR comes from a checkout with `core.autocrlf`.
    let old = if text.contains("\r\n") { text.replace("\r\n", "\n") } else { text };
    if new == Some(old.as_str()) {
        return Ok(without_text(State::Unchanged));
    }
    let state = match (authorship(&old), new) {
        (Authorship::Foreign, _) => return Ok(foreign),
        (Authorship::Written { .. }, Some(_)) => State::Changed,
        (Authorship::Edited { .. }, Some(_)) => State::Edited,
        (Authorship::Written { source } | Authorship::Edited { source }, None) if !scope.has_source(source) => {
            return Ok(None);
        }
        (Authorship::Written { .. }, None) => State::Removed,
        (Authorship::Edited { .. }, None) => State::EditedOrphan,
    };
    Ok(Some(Compared { state, old: Some(old) }))
}
