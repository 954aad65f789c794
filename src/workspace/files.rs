//! The files of `teams/`: which there are, and their bytes as text.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::Path;

use anyhow::{Context, Result};

use super::PLATFORM;
use crate::diagnostic::Diagnostic;
use crate::resolve::names;
use crate::source::{FileId, Span};

/// The largest spec, in bytes. Teams write a few kilobytes; a larger file is one that does not belong there.
pub(super) const LARGEST: u64 = 1 << 20;
/// A namespace's name is a DNS label (Kubernetes `IsDNS1123Label`).
const LONGEST_TEAM: usize = 63;

/// A spec that should be read.
#[derive(Clone, Debug)]
pub(super) struct SpecFile {
    /// The path below the root, with `/`, with control characters escaped.
    pub(super) path: String,
    /// The team's name; `None` for the platform's file.
    pub(super) team: Option<String>,
    /// Its name in `teams/`.
    pub(super) file_name: OsString,
}

impl SpecFile {
    pub(super) fn platform() -> Self {
        Self { path: PLATFORM.to_owned(), team: None, file_name: "_platform.toml".into() }
    }

    pub(super) fn team(name: &str) -> Self {
        let path = format!("teams/{}.toml", printable(name));
        Self { path, team: Some(name.to_owned()), file_name: format!("{name}.toml").into() }
    }
}

/// What a file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Content {
    Text(String),
    Unreadable { readable_part: String, problem: Problem },
}

/// Why a file is no spec.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Problem {
    Directory,
    NoRegularFile,
    LeadsOut,
    LeadsNowhere,
    TooLarge { bytes: u64 },
    NoUtf8 { byte: u8 },
}

impl Content {
    pub(super) fn from_bytes(bytes: Vec<u8>) -> Self {
        match String::from_utf8(bytes) {
            Ok(text) => Self::Text(text),
            Err(error) => {
                let end = error.utf8_error().valid_up_to();
                let mut bytes = error.into_bytes();
                let problem = Problem::NoUtf8 { byte: bytes[end] };
                bytes.truncate(end);
                let readable_part = String::from_utf8(bytes).expect("valid up to here");
                Self::Unreadable { readable_part, problem }
            }
        }
    }

    pub(super) fn into_text(self) -> (String, Option<Problem>) {
        match self {
            Self::Text(text) => (text, None),
            Self::Unreadable { readable_part, problem } => (readable_part, Some(problem)),
        }
    }
}

impl From<Problem> for Content {
    fn from(problem: Problem) -> Self {
        Self::Unreadable { readable_part: String::new(), problem }
    }
}

impl Problem {
    /// The problem at the end of what could be read.
    pub(super) fn diagnostic(&self, file: FileId, readable_part: &str) -> Diagnostic {
        let end = readable_part.len();
        let (message, help) = match self {
            Self::Directory => {
                ("a directory with a spec's name".to_owned(), "rename it, or take it out of `teams/`".to_owned())
            }
            Self::NoRegularFile => ("this is no regular file".to_owned(), "put a text file in its place".to_owned()),
            Self::LeadsOut => (
                "a symbolic link that leads out of the workspace".to_owned(),
                "put the file itself here: a checkout elsewhere has only the link".to_owned(),
            ),
            Self::LeadsNowhere => {
                ("a symbolic link to a file that does not exist".to_owned(), "remove it, or mend its target".to_owned())
            }
            Self::TooLarge { bytes } => (
                format!("a spec of {bytes} bytes, but raygen takes no more than {LARGEST}"),
                "split the team, or keep large texts such as user data out of specs".to_owned(),
            ),
            Self::NoUtf8 { byte } => (
                format!("no UTF-8 text: byte 0x{byte:02x} at offset {end}"),
                "save the file in UTF-8, the only encoding of TOML".to_owned(),
            ),
        };
        Diagnostic::error("unreadable-spec", Span::new(file, end..end), message).help(help)
    }
}

/// The specs of the workspace, sorted by path.
pub(super) fn list(root: &Path, diagnostics: &mut Vec<Diagnostic>) -> Result<Vec<SpecFile>> {
    let entries = match fs::read_dir(root.join("teams")) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound && root.is_dir() => {
            diagnostics.push(missing("the workspace has no directory `teams/`"));
            return Ok(Vec::new());
        }
        Err(error) if error.kind() == ErrorKind::NotADirectory && root.is_dir() => {
            diagnostics.push(missing("`teams` is a file, but should be a directory"));
            return Ok(Vec::new());
        }
        Err(error) => return Err(error).with_context(|| format!("read {}", root.join("teams").display())),
    };
    let names = entries.map(|entry| Ok(entry?.file_name()));
    let names: Vec<OsString> =
        names.collect::<Result<_>>().with_context(|| format!("read {}", root.join("teams").display()))?;
    Ok(specs_among(names, diagnostics))
}

/// Those of the names in `teams/` that are specs', sorted by path.
pub(super) fn specs_among(
    names: impl IntoIterator<Item = OsString>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<SpecFile> {
    let mut files = Vec::new();
    for file_name in names {
        let text = file_name.to_string_lossy();
        let Some(stem) = text.strip_suffix(".toml") else { continue };
        // Emacs' lock and the Mac's resource forks appear beside the files that people write.
        let of_an_editor = stem.starts_with(".#") || stem.starts_with("._");
        if text == "_platform.toml" {
            files.push(SpecFile::platform());
        } else if !stem.starts_with('_') && !of_an_editor {
            files.push(SpecFile { file_name: file_name.clone(), ..SpecFile::team(stem) });
        }
    }
    if files.iter().all(|file| file.team.is_some()) {
        diagnostics.push(missing(&format!("the workspace has no `{PLATFORM}`")));
    }
    files.sort_by(|a, b| (&a.path, &a.file_name).cmp(&(&b.path, &b.file_name)));
    files
}

fn missing(message: &str) -> Diagnostic {
    Diagnostic::workspace("missing-platform", message)
        .help(format!(
            "write `{PLATFORM}` with `[versions]` and one `[environments.<name>]`, as README.md shows, and one `teams/<team>.toml` per team"
        ))
        .help("or name the directory that holds `teams/` with `--root`")
}

/// Reads one spec. Whatever is wrong with the file itself is its content; the machine's refusal is an error.
pub(super) fn read(root: &Path, file: &SpecFile) -> Result<Content> {
    let path = root.join("teams").join(&file.file_name);
    read_content(root, &path, LARGEST).with_context(|| format!("read {}", file.path))
}

/// Reads a file by its path below `teams/`, of at most `largest` bytes.
pub(super) fn read_below(root: &Path, path: &str, largest: u64) -> Result<Content> {
    let full = root.join("teams").join(path);
    let read = || {
        // A link may stand anywhere in the path.
        match full.canonicalize() {
            Ok(target) if target.starts_with(root.canonicalize()?) => read_content(root, &full, largest),
            Ok(_) => Ok(Problem::LeadsOut.into()),
            Err(error) if is_absence(error.kind()) => Ok(Problem::LeadsNowhere.into()),
            Err(error) => Err(error.into()),
        }
    };
    read().with_context(|| format!("read teams/{path}"))
}

pub(super) fn is_absence(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::InvalidFilename)
}

/// What a file of at most `largest` bytes holds.
pub(super) fn read_content(root: &Path, path: &Path, largest: u64) -> Result<Content> {
    if fs::symlink_metadata(path)?.is_symlink() {
        match path.canonicalize() {
            Ok(target) if target.starts_with(root.canonicalize()?) => {}
            Ok(_) => return Ok(Problem::LeadsOut.into()),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Problem::LeadsNowhere.into()),
            Err(error) => return Err(error.into()),
        }
    }
    let metadata = fs::metadata(path)?;
    if metadata.is_dir() {
        return Ok(Problem::Directory.into());
    }
    // Opening a pipe would wait for a writer.
    if !metadata.is_file() {
        return Ok(Problem::NoRegularFile.into());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len().min(largest)).unwrap_or(0) + 1);
    File::open(path)?.take(largest + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > largest {
        return Ok(Problem::TooLarge { bytes: metadata.len().max(largest + 1) }.into());
    }
    Ok(Content::from_bytes(bytes))
}

/// A team's name is its namespace and begins the names of its clusters, which are DNS-1035 labels.
pub(super) fn check_team_name(name: &str, span: Span) -> Option<Diagnostic> {
    let shown = printable(name);
    if !names::is_dns_1035(name) {
        return Some(
            Diagnostic::error("invalid-name", span, format!("`{shown}` is no name for a team"))
                .note("the file's stem is the team's name, its namespace and the start of its clusters' names")
                .help("rename the file: lower-case letters, digits and `-`; start with a letter, end with a letter or digit"),
        );
    }
    (name.len() > LONGEST_TEAM).then(|| {
        let message = format!("the team's name has {} characters, but a namespace takes {LONGEST_TEAM}", name.len());
        Diagnostic::error("invalid-name", span, message).help("rename the file")
    })
}

/// A file with nothing but comments in it.
pub(super) fn empty(id: FileId, file: &SpecFile) -> Diagnostic {
    let help = if file.team.is_some() {
        "write a cluster, such as `[clusters.train.workers.cpu]` with `max = 4`, or remove the file"
    } else {
        "write `[versions]` and one `[environments.<name>]`, as README.md shows"
    };
    Diagnostic::error("empty-spec", Span::new(id, 0..0), "the file sets nothing").help(help)
}

/// Names from directories may hold newlines.
fn printable(name: &str) -> String {
    name.chars().map(|c| if c.is_control() { c.escape_default().to_string() } else { c.to_string() }).collect()
}
