//! The text files that raygen reads, and places in them.

use std::ops::Range;
use std::sync::OnceLock;

/// Identifies one file of a [`Sources`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u32);

/// A place in a source: a file and a range of bytes in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl FileId {
    /// The built-in defaults, which every [`Sources`] holds first.
    pub const BUILT_IN: Self = Self(0);
}

impl Span {
    /// The place `range` in `file`. A spec is never larger than 4 GiB: the loader refuses such files.
    pub fn new(file: FileId, range: Range<usize>) -> Self {
        let offset = |n| u32::try_from(n).unwrap_or(u32::MAX);
        Self { file, start: offset(range.start), end: offset(range.end) }
    }

    /// The bytes as a range for slicing.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// One file: its path as people write it, relative to the workspace's root and with `/`, and its text.
#[derive(Clone, Debug)]
pub struct Source {
    /// For example `teams/vision.toml`.
    pub path: String,
    /// The whole text; up to the first wrong byte where it is no UTF-8, and empty where nothing could be read.
    pub text: String,
    /// Where lines begin, once somebody asked.
    lines: OnceLock<Vec<usize>>,
}

impl Source {
    fn new(path: String, text: String) -> Self {
        Self { path, text, lines: OnceLock::new() }
    }

    /// The line that a byte stands in, counted from one.
    pub fn line(&self, offset: usize) -> usize {
        let lines = self.lines.get_or_init(|| self.text.match_indices('\n').map(|(newline, _)| newline + 1).collect());
        lines.partition_point(|start| *start <= offset) + 1
    }
}

/// All files of a run. Spans point into it.
#[derive(Clone, Debug)]
pub struct Sources {
    files: Vec<Source>,
}

impl Default for Sources {
    fn default() -> Self {
        let built_in = Source::new("<built-in defaults>".to_owned(), crate::resolve::DEFAULTS.to_owned());
        Self { files: vec![built_in] }
    }
}

impl Sources {
    /// Adds a file and returns the id its spans carry.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<String>) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).expect("fewer than 2^32 files"));
        self.files.push(Source::new(path.into(), text.into()));
        id
    }

    /// The file with this id.
    pub fn get(&self, id: FileId) -> &Source {
        &self.files[id.0 as usize]
    }

    /// The ids of all files, built-in defaults apart.
    pub fn ids(&self) -> impl Iterator<Item = FileId> + use<> {
        (1..u32::try_from(self.files.len()).expect("fewer than 2^32 files")).map(FileId)
    }

    /// The paths of all files, built-in defaults apart.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.iter().skip(1).map(|source| source.path.as_str())
    }

    /// The text of the file at this path.
    pub fn text_of(&self, path: &str) -> Option<&str> {
        self.files.iter().skip(1).find(|source| source.path == path).map(|source| source.text.as_str())
    }

    /// Line and column of a span's start, both counted from one; the column in characters.
    pub fn line_column(&self, span: Span) -> (usize, usize) {
        let source = self.get(span.file);
        let before = &source.text[..source.text.floor_char_boundary(span.start as usize)];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (source.line(before.len()), before[line_start..].chars().count() + 1)
    }
}
