//! The output directory: where it is, and that it lies inside the workspace.

use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};

/// Directories of the workspace that hold something else; hidden ones, such as Git's, are other tools' own.
const TAKEN: [&str; 2] = ["schemas", "teams"];

/// A directory below the workspace's root that raygen may write to. It need not exist yet.
#[derive(Clone, Debug)]
pub struct Output {
    directory: String,
    path: PathBuf,
}

impl Output {
    /// The directory `directory`, such as `generated`, of the workspace at `root`.
    ///
    /// It may be a symbolic link only to a place inside the workspace.
    pub fn new(root: &Path, directory: &str) -> Result<Self> {
        let inside = Path::new(directory).components().all(|part| matches!(part, Component::Normal(_)));
        ensure!(
            inside && !directory.is_empty(),
            "the output directory {directory:?} is not below the workspace's root: give a relative path without `..`"
        );
        let first = Path::new(directory).components().next().and_then(|part| part.as_os_str().to_str());
        ensure!(
            first.is_none_or(|first| !first.starts_with('.') && !TAKEN.contains(&first)),
            "the output directory {directory:?} belongs to someone else: give one of its own, such as `generated`"
        );
        let root = root.canonicalize().with_context(|| format!("read {}", root.display()))?;
        let path = root.join(directory);
        for existing in path.ancestors().take_while(|ancestor| *ancestor != root) {
            if existing.symlink_metadata().is_err() {
                continue;
            }
            let target = existing.canonicalize().with_context(|| format!("read {}", existing.display()))?;
            if !target.starts_with(&root) || target == root {
                bail!(
                    "{} leads to {}, outside the workspace: replace the link by a directory",
                    existing.display(),
                    target.display()
                );
            }
            ensure!(
                target.is_dir(),
                "{} is not a directory: move it away, or choose another output directory",
                existing.display()
            );
            break;
        }
        Ok(Self { directory: directory.trim_end_matches('/').to_owned(), path })
    }

    /// Where the directory is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How people write a path below the directory, such as `generated/prod/vision/namespace-vision.yaml`.
    pub fn display(&self, path: &str) -> String {
        if path.is_empty() { self.directory.clone() } else { format!("{}/{path}", self.directory) }
    }

    /// The file at a path below the directory.
    pub(super) fn join(&self, path: &str) -> PathBuf {
        self.path.join(path)
    }
}
