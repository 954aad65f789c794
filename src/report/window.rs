//! The few lines of a file that a diagnostic shows.
//!
//! The renderer walks the whole text it is given, so a large spec with many problems would take quadratic time: it gets
//! no more than what it shows.

use std::ops::Range;

use crate::source::{Source, Span};

/// A line longer than this is cut around the spans in it. No terminal shows as much.
const LONGEST: usize = 4096;
/// What is kept on each side of the spans of a cut line.
const AROUND: usize = 512;
/// A span over more lines than this is marked at its first line only, as when a bracket or a quote is never closed.
const MOST_LINES: usize = 6;

/// Part of a file, and where it begins.
pub(super) struct Window<'a> {
    pub(super) text: &'a str,
    /// Counted from one.
    pub(super) first_line: usize,
    /// Whether it begins inside a line.
    pub(super) is_cut: bool,
    offset: usize,
}

impl<'a> Window<'a> {
    /// The smallest part that shows these spans, which are ranges of the file, in whole lines where they are not too long.
    pub(super) fn around(source: &'a Source, spans: &[Range<usize>]) -> Self {
        let text = source.text.as_str();
        let first = spans.iter().map(|span| span.start).min().unwrap_or_default();
        let last = spans.iter().map(|span| span.end).max().unwrap_or_default();
        let line_start = line_start(text, first);
        let start = if first - line_start > LONGEST { first - AROUND } else { line_start };
        let line_end = line_end(text, last);
        let end = if line_end - last > LONGEST { last + AROUND } else { line_end };
        let (start, end) = (text.floor_char_boundary(start), text.ceil_char_boundary(end));
        let first_line = source.line(line_start);
        Self { text: &text[start..end], first_line, is_cut: start > line_start, offset: start }
    }

    /// A range of the file as a range of the window.
    pub(super) fn range(&self, span: &Range<usize>) -> Range<usize> {
        span.start - self.offset..span.end - self.offset
    }
}

/// The bytes that a span marks: inside the file, on the bounds of characters, not too many lines or bytes, and visible.
pub(super) fn marked(text: &str, span: Span) -> Range<usize> {
    let start = text.floor_char_boundary(span.range().start.min(text.len()));
    let mut end = text.ceil_char_boundary(span.range().end.clamp(start, text.len()));
    let lines = text[start..end].bytes().filter(|byte| *byte == b'\n').take(MOST_LINES).count();
    if lines == MOST_LINES {
        end = line_end(text, start);
    }
    if end - start > LONGEST {
        end = text.floor_char_boundary(start + LONGEST);
    }
    // What stands behind the last line has no line of its own: the end of the last line is shown.
    if start == end && start == text.len() {
        let last = text.trim_end_matches(['\n', '\r']).len();
        return last..last;
    }
    start..end
}

fn line_start(text: &str, offset: usize) -> usize {
    text[..offset].rfind('\n').map_or(0, |newline| newline + 1)
}

/// Where the line of `offset` ends, without its LF or CRLF.
fn line_end(text: &str, offset: usize) -> usize {
    let end = text[offset..].find('\n').map_or(text.len(), |length| offset + length);
    if text[offset..end].ends_with('\r') { end - 1 } else { end }
}
