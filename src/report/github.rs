//! Workflow commands of GitHub Actions: annotations on the lines of a pull request.

use super::place::Place;
use super::word;
use crate::diagnostic::Diagnostic;
use crate::source::Sources;

pub(super) fn render(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(|diagnostic| annotation(sources, diagnostic)).collect()
}

fn annotation(sources: &Sources, diagnostic: &Diagnostic) -> String {
    let mut properties = format!("title={}", property(diagnostic.rule));
    if let Some(span) = diagnostic.span {
        let place = Place::new(sources, span);
        properties = format!(
            "file={},line={},col={},endLine={},{properties}",
            property(&place.file),
            place.line,
            place.column,
            place.end_line
        );
    }
    let mut text = diagnostic.message.clone();
    for help in &diagnostic.help {
        text.push_str("\nhelp: ");
        text.push_str(help);
    }
    format!("::{} {properties}::{}\n", word(diagnostic.severity), data(&text))
}

/// The runner's escapes (actions/toolkit, `packages/core/src/command.ts`).
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
