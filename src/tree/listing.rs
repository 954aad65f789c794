//! What stands in the output directory, by name and kind, without following any symbolic link.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;

use anyhow::{Context as _, Result, bail};
use rayon::prelude::*;

use super::output::Output;
use super::{Scope, Tree, ancestors};

/// Prefix and suffix of the files that hold a text until all texts are written.
pub(super) const TEMPORARY: (&str, &str) = (".raygen-", ".tmp");

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Directory,
    Symlink,
    /// A socket, a pipe or a device, or a name that is not UTF-8.
    Other,
}

/// The files that matter to a comparison.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// Those at a path of the tree and those in scope.
    pub(super) files: BTreeMap<String, Kind>,
    /// Temporary files that a run left behind when it was killed.
    pub(super) leftovers: Vec<String>,
}

/// Lists the directories that the tree needs and those in scope, level by level.
pub(super) fn list(tree: &Tree, output: &Output, scope: &Scope) -> Result<Listing> {
    let mut paths: Vec<&str> = tree.iter().map(|(path, _)| path).collect();
    // Neighbours stand in one directory.
    paths.dedup_by_key(|path| ancestors(path).next());
    let needed: BTreeSet<&str> = paths.into_iter().flat_map(ancestors).collect();
    let mut listing = Listing::default();
    let mut level = vec![String::new()];
    while !level.is_empty() {
        let of = |directory: &String| of_directory(directory, tree, output, scope, &needed);
        let found: Vec<Result<(Listing, Vec<String>)>> = level.par_iter().map(of).collect();
        level.clear();
        for found in found {
            let (listed, below) = found?;
            listing.files.extend(listed.files);
            listing.leftovers.extend(listed.leftovers);
            level.extend(below);
        }
    }
    Ok(listing)
}

/// What of one directory matters, and the directories in it that have to be looked into.
fn of_directory(
    directory: &str,
    tree: &Tree,
    output: &Output,
    scope: &Scope,
    needed: &BTreeSet<&str>,
) -> Result<(Listing, Vec<String>)> {
    let mut listing = Listing::default();
    let mut below = Vec::new();
    for (path, kind) in read_directory(output, directory)? {
        let name = path.rsplit('/').next().unwrap_or(&path);
        let in_tree = tree.get(&path).is_some();
        if name.starts_with('.') {
            if kind == Kind::File && name.starts_with(TEMPORARY.0) && name.ends_with(TEMPORARY.1) {
                listing.leftovers.push(path);
            }
        } else if kind != Kind::Directory && !in_tree && needed.contains(path.as_str()) {
            bail!(in_the_way(&output.display(&path), kind, "directory"));
        } else if in_tree && kind != Kind::File {
            bail!(in_the_way(&output.display(&path), kind, "file"));
        } else if kind == Kind::Directory {
            if needed.contains(path.as_str()) || scope.reaches(&path) {
                below.push(path);
            }
        } else if in_tree || scope.contains(&path) {
            listing.files.insert(path, kind);
        }
    }
    Ok((listing, below))
}

fn in_the_way(path: &str, kind: Kind, wanted: &str) -> String {
    let found = match kind {
        Kind::File => "a file",
        Kind::Directory => "a directory",
        Kind::Symlink => "a symbolic link, which raygen never follows",
        Kind::Other => "neither a file nor a directory",
    };
    format!("{path} is {found}: move it away, raygen has a {wanted} to write there")
}

fn read_directory(output: &Output, directory: &str) -> Result<Vec<(String, Kind)>> {
    let context = || format!("read {}", output.display(directory));
    let entries = match fs::read_dir(output.join(directory)) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.with_context(context)?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.with_context(context)?;
        let kind = entry.file_type().with_context(context)?;
        let (name, readable) = match entry.file_name().into_string() {
            Ok(name) => (name, true),
            Err(name) => (name.to_string_lossy().into_owned(), false),
        };
        let kind = match kind {
            _ if !readable => Kind::Other,
            kind if kind.is_file() => Kind::File,
            kind if kind.is_dir() => Kind::Directory,
            kind if kind.is_symlink() => Kind::Symlink,
            _ => Kind::Other,
        };
        found.push((if directory.is_empty() { name } else { format!("{directory}/{name}") }, kind));
    }
    // The order of a directory is the file system's; errors should name the same file on every machine.
    found.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
    Ok(found)
}
