//! Revisions: the files of `teams/` as Git has them, read from its object database without a checkout.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use anyhow::{Context as _, Result, bail, ensure};

use super::files::{self, Content, Problem};

/// A commit to compare the working tree with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// As people call it: `v1.2`, or `the merge base with origin/main`.
    pub name: String,
    /// The hash of the commit.
    pub commit: String,
    root: PathBuf,
}

/// Where the branch that changes are merged into may be, the likeliest first.
const DEFAULT_BRANCHES: [&str; 5] = ["origin/HEAD", "origin/main", "origin/master", "main", "master"];

impl Revision {
    /// The revision that a user names, in any of Git's spellings. `main...` is the merge base of `main` and HEAD, as in
    /// `git diff main...`: what a pull request changes, and not what `main` has got since.
    pub fn named(root: &Path, name: &str) -> Result<Self> {
        check_repository(root)?;
        let Some(branch) = name.strip_suffix("...") else {
            let commit = commit(root, name)?;
            return Ok(Self { name: name.to_owned(), commit: known(root, name, commit)?, root: root.to_owned() });
        };
        let found = commit(root, branch)?;
        known(root, branch, found)?;
        Self::merge_base(root, branch)
    }

    /// What a pull request is compared with: the merge base of HEAD and the branch that it goes to, or HEAD where there is
    /// no such branch.
    pub fn default(root: &Path) -> Result<Self> {
        check_repository(root)?;
        for branch in DEFAULT_BRANCHES {
            if commit(root, branch)?.is_some() {
                return Self::merge_base(root, branch);
            }
        }
        match commit(root, "HEAD")? {
            Some(commit) => Ok(Self { name: "HEAD".to_owned(), commit, root: root.to_owned() }),
            None => bail!("the repository has no commit yet to compare with"),
        }
    }

    fn merge_base(root: &Path, branch: &str) -> Result<Self> {
        let answer = git(root, &["merge-base", branch, "HEAD"])?;
        if !answer.succeeded {
            bail!("`{branch}` and HEAD have no commit in common{}", shallow_hint(root)?);
        }
        let commit = String::from_utf8_lossy(&answer.stdout).trim().to_owned();
        Ok(Self { name: format!("the merge base with {branch}"), commit, root: root.to_owned() })
    }

    /// The first characters of the commit's hash, as Git prints them.
    pub fn short(&self) -> &str {
        self.commit.get(..10).unwrap_or(&self.commit)
    }

    /// Every file of `teams/`.
    pub(super) fn files(&self) -> Result<Stored> {
        // From within the root, so that paths are the workspace's wherever in the repository it is.
        let answer = git(&self.root, &["ls-tree", "-r", "-l", "-z", &self.commit, "--", "teams/"])?;
        ensure!(answer.succeeded, "list the files of {}: {}", self.name, answer.stderr);
        let mut requests = Vec::new();
        let mut files = BTreeMap::new();
        for entry in answer.stdout.split(|byte| *byte == 0).filter(|entry| !entry.is_empty()) {
            let entry = String::from_utf8_lossy(entry);
            let (attributes, path) = entry.split_once('\t').context("git ls-tree: a line without a path")?;
            let [mode, _, object, size] = attributes.split_whitespace().collect::<Vec<_>>()[..] else {
                bail!("git ls-tree: unexpected line `{entry}`");
            };
            let Some(name) = path.strip_prefix("teams/") else { continue };
            let size: u64 = size.parse().unwrap_or(0);
            match mode {
                // A link is asked for by its path, and Git follows it.
                "120000" if !path.contains('\n') => {
                    requests.push((name.to_owned(), format!("{}:./{path}", self.commit)));
                }
                "100644" | "100755" if size <= files::LARGEST => requests.push((name.to_owned(), object.to_owned())),
                "100644" | "100755" => {
                    files.insert(name.to_owned(), File::Large(size));
                }
                _ => {
                    files.insert(name.to_owned(), File::None(Problem::NoRegularFile));
                }
            }
        }
        let (names, objects): (Vec<String>, Vec<String>) = requests.into_iter().unzip();
        files.extend(names.into_iter().zip(read_objects(&self.root, &objects)?));
        Ok(Stored { revision: self.clone(), files })
    }
}

/// The files of `teams/` in a revision, by path below it.
pub(super) struct Stored {
    revision: Revision,
    files: BTreeMap<String, File>,
}

enum File {
    Bytes(Vec<u8>),
    Large(u64),
    None(Problem),
}

impl File {
    fn content(&self, largest: u64) -> Content {
        match self {
            Self::Bytes(bytes) if bytes.len() as u64 <= largest => Content::from_bytes(bytes.clone()),
            Self::Bytes(bytes) => Problem::TooLarge { bytes: bytes.len() as u64 }.into(),
            Self::Large(bytes) => Problem::TooLarge { bytes: *bytes }.into(),
            Self::None(problem) => problem.clone().into(),
        }
    }
}

impl Stored {
    /// The names in `teams/`, of files and directories.
    pub(super) fn names(&self) -> BTreeSet<OsString> {
        self.files.keys().map(|path| path.split('/').next().unwrap_or(path).into()).collect()
    }

    /// What a file of at most `largest` bytes holds.
    pub(super) fn content(&self, path: &str, largest: u64) -> Result<Content> {
        let below = format!("{path}/");
        Ok(match self.files.get(path) {
            Some(file) => file.content(largest),
            None if self.files.keys().any(|path| path.starts_with(&below)) => Problem::Directory.into(),
            None if self.is_below_link(path) => {
                let request = format!("{}:./teams/{path}", self.revision.commit);
                let read = read_objects(&self.revision.root, &[request])?;
                read.first().map_or_else(|| Problem::LeadsNowhere.into(), |file| file.content(largest))
            }
            None => Problem::LeadsNowhere.into(),
        })
    }

    /// Whether one of the directories above is a link: what it leads to is not among the files that Git lists.
    fn is_below_link(&self, path: &str) -> bool {
        let mut above = path.rmatch_indices('/').map(|(end, _)| &path[..end]);
        above.any(|above| matches!(self.files.get(above), Some(File::None(Problem::Directory))))
    }
}

/// What Git said.
struct Answer {
    succeeded: bool,
    stdout: Vec<u8>,
    /// One line, without `fatal:`.
    stderr: String,
}

fn command(root: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    // Reading takes no lock and refreshes no index.
    command.arg("-C").arg(root).args(arguments).env("GIT_OPTIONAL_LOCKS", "0").env("LC_ALL", "C");
    // Git sets these for its hooks, relative to a directory that need not be the workspace.
    for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"] {
        command.env_remove(variable);
    }
    command
}

fn spawn_error(error: std::io::Error) -> anyhow::Error {
    if error.kind() == ErrorKind::NotFound {
        anyhow::anyhow!("git is not installed or not in PATH: `raygen diff` reads the other revision through it")
    } else {
        anyhow::Error::from(error).context("run git")
    }
}

fn git(root: &Path, arguments: &[&str]) -> Result<Answer> {
    let output = command(root, arguments).stdin(Stdio::null()).output().map_err(spawn_error)?;
    let stderr = String::from_utf8_lossy(&output.stderr);
    let line = stderr.lines().next().unwrap_or("no reason given");
    Ok(Answer {
        succeeded: output.status.success(),
        stdout: output.stdout,
        stderr: line.strip_prefix("fatal: ").unwrap_or(line).to_owned(),
    })
}

fn check_repository(root: &Path) -> Result<()> {
    let answer = git(root, &["rev-parse", "--git-dir"])?;
    ensure!(answer.succeeded, "{} has no Git revision to compare with: {}", root.display(), answer.stderr);
    Ok(())
}

/// The hash of the commit that a name leads to.
fn commit(root: &Path, name: &str) -> Result<Option<String>> {
    let name = format!("{name}^{{commit}}");
    let answer = git(root, &["rev-parse", "--verify", "--quiet", "--end-of-options", &name])?;
    Ok(answer.succeeded.then(|| String::from_utf8_lossy(&answer.stdout).trim().to_owned()))
}

fn known(root: &Path, name: &str, commit: Option<String>) -> Result<String> {
    match commit {
        Some(commit) => Ok(commit),
        None => bail!("there is no revision `{name}`{}", shallow_hint(root)?),
    }
}

/// CI checks out one commit and no more, unless told otherwise.
fn shallow_hint(root: &Path) -> Result<&'static str> {
    let answer = git(root, &["rev-parse", "--is-shallow-repository"])?;
    let shallow = answer.stdout.starts_with(b"true");
    Ok(if shallow {
        "; the clone is shallow: `git fetch --unshallow` gets the rest (`fetch-depth: 0` for actions/checkout, \
         `GIT_DEPTH: 0` on GitLab)"
    } else {
        ""
    })
}

/// Reads objects by hash or by `commit:./path`, all through one process.
fn read_objects(root: &Path, objects: &[String]) -> Result<Vec<File>> {
    if objects.is_empty() {
        return Ok(Vec::new());
    }
    let mut child = command(root, &["cat-file", "--batch", "--follow-symlinks"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(spawn_error)?;
    let mut stdin = child.stdin.take().expect("it is piped");
    let mut stdout = BufReader::new(child.stdout.take().expect("it is piped"));
    // Git answers while it is asked: to write all first could fill both pipes.
    let read = thread::scope(|scope| {
        let requests = objects.join("\n") + "\n";
        scope.spawn(move || stdin.write_all(requests.as_bytes()));
        objects.iter().map(|_| read_object(&mut stdout)).collect::<Result<Vec<File>>>()
    });
    let status = child.wait().context("run git")?;
    let read = read.context("git cat-file")?;
    ensure!(status.success(), "git cat-file failed");
    Ok(read)
}

/// Reads one answer: `<hash> blob <size>` and the content, or what became of a link, such as `dangling <size>`.
fn read_object(stdout: &mut impl BufRead) -> Result<File> {
    let mut header = String::new();
    stdout.read_line(&mut header)?;
    // What is asked for by a path may have spaces in it.
    if header.trim_end().ends_with(" missing") {
        return Ok(File::None(Problem::LeadsNowhere));
    }
    let words: Vec<&str> = header.split_whitespace().collect();
    let mut content = |size: &str| -> Result<Vec<u8>> {
        let size: usize = size.parse().with_context(|| format!("unexpected answer `{}`", header.trim()))?;
        let mut bytes = vec![0; size + 1];
        stdout.read_exact(&mut bytes)?;
        bytes.truncate(size);
        Ok(bytes)
    };
    Ok(match words[..] {
        [_, "blob", size] => File::Bytes(content(size)?),
        [_, "tree", size] => content(size).map(|_| File::None(Problem::Directory))?,
        ["symlink", size] => content(size).map(|_| File::None(Problem::LeadsOut))?,
        ["dangling" | "loop" | "notdir", size] => content(size).map(|_| File::None(Problem::LeadsNowhere))?,
        _ => bail!("unexpected answer `{}`", header.trim()),
    })
}
