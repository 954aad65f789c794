//! Diagnostics in rustc's look.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::printable;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{Sources, Span};

pub(super) fn render(sources: &Sources, diagnostics: &[Diagnostic], colour: bool, width: usize) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() }.term_width(width);
    diagnostics.iter().map(|diagnostic| one(&renderer, sources, diagnostic) + "\n\n").collect()
}

fn one(renderer: &Renderer, sources: &Sources, diagnostic: &Diagnostic) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(printable(&diagnostic.message)).id(diagnostic.rule);
    let mut group = Group::with_title(title);
    for (file, annotations) in by_file(diagnostic) {
        let source = sources.get(file);
        let snippet = Snippet::source(source.text.as_str()).path(source.path.as_str()).annotations(
            annotations.into_iter().map(|(kind, span, label)| {
                let annotation = kind.span(within(&source.text, span));
                annotation.label(label.map(printable))
            }),
        );
        group = group.element(snippet);
    }
    for help in &diagnostic.help {
        group = group.element(Level::HELP.message(printable(help)));
    }
    renderer.render(&[group])
}

type Place<'a> = (AnnotationKind, Span, Option<&'a str>);

/// The places by file, that of the primary span first.
fn by_file(diagnostic: &Diagnostic) -> Vec<(crate::source::FileId, Vec<Place<'_>>)> {
    let primary = diagnostic.span.map(|span| (AnnotationKind::Primary, span, diagnostic.note.as_deref()));
    let labels = diagnostic.labels.iter().map(|label| (AnnotationKind::Context, label.span, Some(label.text.as_str())));
    let mut files: Vec<(crate::source::FileId, Vec<Place<'_>>)> = Vec::new();
    for place in primary.into_iter().chain(labels) {
        match files.iter_mut().find(|(file, _)| *file == place.1.file) {
            Some((_, places)) => places.push(place),
            None => files.push((place.1.file, vec![place])),
        }
    }
    files
}

/// The span's bytes, cut to the text and to whole characters, and to the first line: a table's value may be long.
fn within(text: &str, span: Span) -> std::ops::Range<usize> {
    let start = text.floor_char_boundary((span.start as usize).min(text.len()));
    let end = text.ceil_char_boundary((span.end as usize).clamp(start, text.len()));
    let line = text[start..end].find('\n').map_or(end, |newline| start + newline);
    start..line
}
