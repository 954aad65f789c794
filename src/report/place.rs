//! Places as machines read them: lines and columns from one, columns in characters.

use serde::Serialize;

use crate::source::{Sources, Span};

/// A range of text in a file.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Place {
    pub(super) file: String,
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) end_line: usize,
    pub(super) end_column: usize,
}

impl Place {
    pub(super) fn new(sources: &Sources, span: Span) -> Self {
        let (line, column) = sources.line_column(span);
        let end = Span { start: span.end.max(span.start), ..span };
        let (end_line, end_column) = sources.line_column(end);
        Self { file: sources.get(span.file).path.clone(), line, column, end_line, end_column }
    }
}
