//! Brings the output directory up to date, all texts or none.
//!
//! Every new text first goes to a temporary file beside its place; only when all are on disk are they renamed. A full
//! disk or a directory without write permission therefore leaves the old files as they were. The files are not synced:
//! they are in Git, and ten thousand syncs would take longer than everything else.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Error, Result};
use rayon::prelude::*;
use tempfile::TempPath;

use super::compare::compare_listed;
use super::listing::{self, TEMPORARY};
use super::{Comparison, Output, Scope, State, Tree, ancestors};

/// Compares and writes, and returns the comparison: what each file was before.
///
/// Created, changed and removed files are brought up to date. Edited ones only with `force`; foreign ones never.
/// Unchanged files are not touched, so that their times stay. Two runs at once wait for each other.
pub fn write(tree: &Tree, output: &Output, scope: &Scope, force: bool) -> Result<Comparison> {
    if tree.is_empty() && !output.path().exists() {
        return Ok(Comparison::default());
    }
    fs::create_dir_all(output.path()).with_context(|| format!("create {}", output.display("")))?;
    let _lock = lock(output)?;
    let listing = listing::list(tree, output, scope)?;
    let leftovers: Vec<&str> = listing.leftovers.iter().map(String::as_str).collect();
    remove(output, &leftovers)?;
    let comparison = compare_listed(tree, output, scope, &listing)?;
    let (mut written, mut removed) = (Vec::new(), Vec::new());
    for (path, file) in &comparison.files {
        match file.state {
            State::Created | State::Changed => written.push(path.as_str()),
            State::Removed => removed.push(path.as_str()),
            State::Edited if force => written.push(path.as_str()),
            State::EditedOrphan if force => removed.push(path.as_str()),
            State::Unchanged | State::Edited | State::EditedOrphan | State::Foreign | State::ForeignOrphan => {}
        }
    }
    replace(tree, output, &written)?;
    remove(output, &removed)?;
    Ok(comparison)
}

/// Locks the output directory itself: a lock file would be one more file in Git's way.
fn lock(output: &Output) -> Result<Option<File>> {
    let locked = File::open(output.path()).and_then(|directory| {
        directory.lock()?;
        Ok(directory)
    });
    match locked {
        Ok(directory) => Ok(Some(directory)),
        // Some network file systems have no locks, and Windows opens no directories. The lock is a courtesy.
        Err(error) if cfg!(windows) || error.kind() == ErrorKind::Unsupported => Ok(None),
        Err(error) => Err(error).with_context(|| format!("lock {}", output.display(""))),
    }
}

fn replace(tree: &Tree, output: &Output, paths: &[&str]) -> Result<()> {
    // Dropped after the temporary files: see below.
    let mut new_directories = NewDirectories(Vec::new());
    new_directories.create_above(output, paths)?;
    let temporary: Vec<Result<TempPath>> = paths
        .par_iter()
        .map(|path| {
            let text = tree.get(path).expect("only files of the tree are written");
            write_temporary(&output.join(path), text).with_context(|| format!("write {}", output.display(path)))
        })
        .collect();
    let temporary = temporary.into_iter().collect::<Result<Vec<TempPath>>>()?;
    let renamed: Vec<Result<()>> = temporary
        .into_par_iter()
        .zip(paths)
        .map(|(file, path)| {
            file.persist(output.join(path))
                .map_err(|failure| Error::new(failure.error))
                .with_context(|| format!("write {}", output.display(path)))
        })
        .collect();
    renamed.into_iter().collect()
}

/// Writes the text beside its place and closes it: ten thousand open files are more than most systems allow.
fn write_temporary(place: &Path, text: &str) -> std::io::Result<TempPath> {
    let directory = place.parent().expect("a file below the output directory has a parent");
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY.0).suffix(TEMPORARY.1);
    #[cfg(unix)]
    {
        // Temporary files are private by default; what goes to Git follows the umask.
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(directory)?;
    file.write_all(text.as_bytes())?;
    Ok(file.into_temp_path())
}

/// Directories made for new files. Those that are empty in the end are removed: after a failure, all of them.
struct NewDirectories(Vec<PathBuf>);

impl NewDirectories {
    /// Makes what is missing above these files, level by level.
    fn create_above(&mut self, output: &Output, paths: &[&str]) -> Result<()> {
        let mut levels: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
        for directory in paths.iter().flat_map(|path| ancestors(path)) {
            levels.entry(directory.matches('/').count()).or_default().insert(directory);
        }
        for level in levels.into_values() {
            let created: Vec<Result<Option<PathBuf>>> = level
                .into_par_iter()
                .map(|directory| {
                    create(output.join(directory)).with_context(|| format!("create {}", output.display(directory)))
                })
                .collect();
            let mut failure = None;
            for created in created {
                match created {
                    Ok(created) => self.0.extend(created),
                    Err(error) => failure = failure.or(Some(error)),
                }
            }
            if let Some(error) = failure {
                return Err(error);
            }
        }
        Ok(())
    }
}

/// The directory if it is new. What else may stand there has been found by the listing.
fn create(directory: PathBuf) -> std::io::Result<Option<PathBuf>> {
    match fs::create_dir(&directory) {
        Ok(()) => Ok(Some(directory)),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(None),
        Err(error) => Err(error),
    }
}

impl Drop for NewDirectories {
    fn drop(&mut self) {
        for directory in self.0.iter().rev() {
            // Fails where there are files, which is what is wanted.
            let _ = fs::remove_dir(directory);
        }
    }
}

/// Removes files, and the directories above them that this leaves empty.
fn remove(output: &Output, paths: &[&str]) -> Result<()> {
    let removed: Vec<Result<()>> = paths
        .par_iter()
        .map(|path| match fs::remove_file(output.join(path)) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            result => result.with_context(|| format!("remove {}", output.display(path))),
        })
        .collect();
    let directories: BTreeSet<&str> = paths.iter().flat_map(|path| ancestors(path)).collect();
    for directory in directories.into_iter().rev() {
        // In this order a directory comes after those below it. Where files are left, this fails, as it should.
        let _ = fs::remove_dir(output.join(directory));
    }
    removed.into_iter().collect()
}
