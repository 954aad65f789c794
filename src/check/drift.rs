//! Files of the output directory that are not what the specs render: stale, edited by hand, or orphaned.

use similar::{ChangeTag, TextDiff};

use crate::diagnostic::Diagnostic;
use crate::report::plural;
use crate::source::{Sources, Span};
use crate::tree::{self, Compared, Comparison, Output, State, Tree};

/// The commands that mend drift.
#[derive(Clone, Debug)]
pub struct Mending {
    /// Writes what is stale and removes what is orphaned.
    pub render: String,
    /// The same, overwriting and removing what was edited too.
    pub force: String,
}

/// One error per file that rendering would touch, or would have to leave alone. The files join `sources`, so that each
/// error points into the file as it stands; one that is not there, or is no text, counts as empty.
pub fn drift(
    comparison: &Comparison,
    tree: &Tree,
    output: &Output,
    mending: &Mending,
    sources: &mut Sources,
) -> Vec<Diagnostic> {
    let touched = comparison.files.iter();
    let touched = touched.filter(|(_, file)| !matches!(file.state, State::Unchanged | State::ForeignOrphan));
    let drifted = touched.filter_map(|(path, file)| {
        let old = file.old.as_deref().unwrap_or_default();
        let source = tree::source_of(tree.get(path).unwrap_or(old)).unwrap_or_default().to_owned();
        let subject = Drifted { path: output.display(path), source, file, new: tree.get(path) };
        let (rule, message, help) = subject.judged(mending, sources)?;
        let line = first_changed_line(old, subject.new.unwrap_or_default());
        let span = Span::new(sources.add(subject.path, old), line);
        Some(Diagnostic::error(rule, span, message).help(help))
    });
    drifted.collect()
}

/// A file, and the spec that made it or would make it.
struct Drifted<'a> {
    path: String,
    source: String,
    file: &'a Compared,
    new: Option<&'a str>,
}

impl Drifted<'_> {
    /// The rule, the message and the help; `None` where nothing is wrong.
    fn judged(&self, mending: &Mending, sources: &Sources) -> Option<(&'static str, String, String)> {
        let Self { path, source, .. } = self;
        let Mending { render, force } = mending;
        let gone = if sources.text_of(source).is_some() {
            format!("`{source}` no longer renders it")
        } else {
            format!("`{source}` is gone")
        };
        Some(match self.file.state {
            State::Unchanged | State::ForeignOrphan => return None,
            State::Created => (
                "stale-output",
                format!("`{path}` is missing: `{render}` writes it"),
                format!("`{source}` renders it: commit the file"),
            ),
            State::Changed => (
                "stale-output",
                format!("`{path}` is stale: `{render}` {}", self.changes()),
                format!("`{source}` or what it builds on has changed: render and commit the result"),
            ),
            State::Edited => (
                "edited-output",
                format!("`{path}` was edited by hand: `{force}` {}", self.changes()),
                format!("make the edit in `{source}` first: rendering loses it here"),
            ),
            State::Foreign => (
                "edited-output",
                format!("`{path}` is where `{render}` writes, but raygen did not write it"),
                "move it away, then render".to_owned(),
            ),
            State::Removed => (
                "orphaned-output",
                format!("`{path}` is orphaned: {gone}, and `{render}` removes it"),
                "render and commit that the file is gone".to_owned(),
            ),
            State::EditedOrphan => (
                "orphaned-output",
                format!("`{path}` is orphaned and was edited by hand: {gone}, and `{force}` removes it"),
                "keep what is still needed of it first".to_owned(),
            ),
        })
    }

    /// "adds 2 lines and removes 1": what rendering does to the lines below the header.
    fn changes(&self) -> String {
        let old = below_header(self.file.old.as_deref().unwrap_or_default());
        let new = below_header(self.new.unwrap_or_default());
        let diff = TextDiff::from_lines(old, new);
        let count = |tag| diff.iter_all_changes().filter(|change| change.tag() == tag).count();
        match (count(ChangeTag::Insert), count(ChangeTag::Delete)) {
            (0, 0) => "changes its header alone".to_owned(),
            (added, 0) => format!("adds {}", plural(added, "line")),
            (0, removed) => format!("removes {}", plural(removed, "line")),
            (added, removed) => format!("adds {} and removes {removed}", plural(added, "line")),
        }
    }
}

fn below_header(text: &str) -> &str {
    text.split_once('\n').map_or("", |(_, body)| body)
}

/// The first line of `old` that `new` does not have at its place, without its indentation; the header where all else is
/// the same, or where there is no new text. A checksum always differs, so the header does not count.
fn first_changed_line(old: &str, new: &str) -> std::ops::Range<usize> {
    let header = old.find('\n').unwrap_or(old.len());
    if new.is_empty() {
        return 0..header;
    }
    let mut start = (header + 1).min(old.len());
    let mut lines = below_header(new).split_inclusive('\n');
    for line in below_header(old).split_inclusive('\n') {
        if lines.next() != Some(line) {
            let indented = line.len() - line.trim_start().len();
            return start + indented..start + line.trim_end().len().max(indented);
        }
        start += line.len();
    }
    // What was added stands at the end.
    if lines.next().is_some() { old.len()..old.len() } else { 0..header }
}
