//! Reads the files that paths name.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use rayon::prelude::*;

use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// Larger files are no manifests: etcd takes objects of 1.5 MiB, and forty clusters with all their objects are 4 MiB.
const LARGEST: u64 = 64 * 1024 * 1024;

/// What of `-`.
const STDIN: &str = "<stdin>";

/// One file, and its text or why there is none.
pub(super) struct Source {
    pub(super) path: String,
    pub(super) text: Result<String, Unreadable>,
}

/// Why a file could not be read.
pub(super) struct Unreadable {
    message: String,
    help: Option<String>,
}

impl Unreadable {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None }
    }

    /// The diagnostic, at the file.
    pub(super) fn at(self, span: Span) -> Diagnostic {
        let diagnostic = Diagnostic::error("unreadable-manifest", span, self.message);
        match self.help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    }
}

/// Every file that the paths name, each once, in their order; those of a directory are sorted.
pub(super) fn read(paths: &[PathBuf]) -> Result<Vec<Source>> {
    let mut named: Vec<PathBuf> = Vec::new();
    for path in paths {
        if path.is_dir() {
            in_directory(path, &mut named).with_context(|| format!("read {}", path.display()))?;
        } else {
            named.push(path.clone());
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    named.retain(|path| seen.insert(path.clone()));
    Ok(named.par_iter().map(|path| source(path)).collect())
}

/// YAML and JSON files of a directory and those below it. Hidden ones are other tools' own; links to directories are
/// not followed, so there is no endless way.
fn in_directory(directory: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    let mut entries = fs::read_dir(directory)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        let kind = entry.file_type()?;
        let extension = path.extension().map(std::ffi::OsStr::to_ascii_lowercase);
        if hidden {
            continue;
        }
        if kind.is_dir() {
            in_directory(&path, found)?;
        } else if extension.is_some_and(|extension| ["yaml", "yml", "json"].iter().any(|each| extension == *each)) {
            found.push(path);
        }
    }
    Ok(())
}

fn source(path: &Path) -> Source {
    if path == Path::new("-") {
        return Source { path: STDIN.to_owned(), text: bytes(io::stdin().lock()).and_then(decoded) };
    }
    let open =
        || File::open(path).map_err(|error| Unreadable::new(format!("this file cannot be read: {}", plain(&error))));
    let shown = path.to_string_lossy().replace('\\', "/");
    let shown = shown.strip_prefix("./").unwrap_or(&shown).to_owned();
    Source { path: shown, text: open().and_then(bytes).and_then(decoded) }
}

/// An error of the machine without its number.
fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_lowercase()
}

fn bytes(reader: impl io::Read) -> Result<Vec<u8>, Unreadable> {
    let mut bytes = Vec::new();
    reader
        .take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Unreadable::new(format!("this cannot be read: {}", plain(&error))))?;
    if bytes.len() as u64 > LARGEST {
        return Err(Unreadable {
            message: format!("this is larger than {} MiB, and so no manifest", LARGEST / 1024 / 1024),
            help: Some("lint parts of it".to_owned()),
        });
    }
    Ok(bytes)
}

/// The text, without a byte order mark.
fn decoded(bytes: Vec<u8>) -> Result<String, Unreadable> {
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        return Err(Unreadable {
            message: "this is UTF-16".to_owned(),
            help: Some("save it as UTF-8; PowerShell: `… | Out-File -Encoding utf8`".to_owned()),
        });
    }
    match String::from_utf8(bytes) {
        Ok(text) => match text.strip_prefix('\u{FEFF}') {
            Some(unmarked) => Ok(unmarked.to_owned()),
            None => Ok(text),
        },
        Err(error) => {
            let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let line = valid.split(|byte| *byte == b'\n').count();
            Err(Unreadable::new(format!("this is no text: line {line} is not UTF-8")))
        }
    }
}
