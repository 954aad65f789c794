//! Diagnostics in rustc's look.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Padding, Renderer, Snippet};
use rayon::prelude::*;

use super::printable;
use super::window::{Window, marked};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{FileId, Sources, Span};

pub(super) fn render(sources: &Sources, diagnostics: &[Diagnostic], colour: bool, width: usize) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() }.term_width(width);
    let texts: Vec<String> = diagnostics.par_iter().map(|diagnostic| one(&renderer, sources, diagnostic)).collect();
    texts.concat()
}

fn one(renderer: &Renderer, sources: &Sources, diagnostic: &Diagnostic) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group = Group::with_title(level.primary_title(printable(&diagnostic.message)).id(diagnostic.rule));
    for (file, marks) in by_file(sources, diagnostic) {
        let source = sources.get(file);
        let ranges: Vec<Range<usize>> = marks.iter().map(|mark| mark.range.clone()).collect();
        let window = Window::around(source, &ranges);
        let annotations =
            marks.iter().map(|mark| mark.kind.span(window.range(&mark.range)).label(mark.text.map(printable)));
        let mut snippet = Snippet::source(window.text).line_start(window.first_line).annotations(annotations);
        if window.is_cut {
            // The renderer would count the column from the cut.
            let (line, column) = sources.line_column(Span::new(file, ranges[0].clone()));
            group = group.element(Origin::path(&source.path).line(line).char_column(column));
        } else {
            snippet = snippet.path(&source.path);
        }
        group = group.element(snippet);
    }
    if diagnostic.span.is_some() && !diagnostic.help.is_empty() {
        group = group.element(Padding);
    }
    for help in &diagnostic.help {
        group = group.element(Level::HELP.message(printable(help)));
    }
    renderer.render(&[group]) + "\n\n"
}

/// A place to mark in one file: its bytes and the text under them.
struct Mark<'a> {
    kind: AnnotationKind,
    range: Range<usize>,
    text: Option<&'a str>,
}

/// The places by file and neighbourhood, that of the primary span first.
fn by_file<'a>(sources: &Sources, diagnostic: &'a Diagnostic) -> Vec<(FileId, Vec<Mark<'a>>)> {
    let primary = diagnostic.span.map(|span| (AnnotationKind::Primary, span, diagnostic.note.as_deref()));
    let labels = diagnostic.labels.iter().map(|label| (AnnotationKind::Context, label.span, Some(label.text.as_str())));
    let mut files: Vec<(FileId, Vec<Mark<'a>>)> = Vec::new();
    for (kind, span, text) in primary.into_iter().chain(labels) {
        let mark = Mark { kind, range: marked(&sources.get(span.file).text, span), text };
        match files.iter_mut().find(|(file, marks)| *file == span.file && is_near(&mark.range, &marks[0].range)) {
            Some((_, marks)) => marks.push(mark),
            None => files.push((span.file, vec![mark])),
        }
    }
    files
}

/// Places further apart get a snippet each, so that no diagnostic carries a large file along.
fn is_near(a: &Range<usize>, b: &Range<usize>) -> bool {
    const NEAR: usize = 16 * 1024;
    a.start.abs_diff(b.start) < NEAR
}
