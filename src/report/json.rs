//! JSON for scripts: its own structs, so that it changes only on purpose. `version` counts incompatible changes.

use serde::Serialize;

use super::place::Place;
use super::word;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Sources;

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    diagnostics: Vec<Problem<'a>>,
    errors: usize,
    warnings: usize,
}

#[derive(Serialize)]
struct Problem<'a> {
    rule: &'static str,
    severity: &'static str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<Place>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related: Vec<Related<'a>>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    help: &'a [String],
    fixable: bool,
}

#[derive(Serialize)]
struct Related<'a> {
    message: &'a str,
    place: Place,
}

pub(super) fn render(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    let count = |severity| diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
    let problems = diagnostics.iter().map(|diagnostic| Problem {
        rule: diagnostic.rule,
        severity: word(diagnostic.severity),
        message: &diagnostic.message,
        place: diagnostic.span.map(|span| Place::new(sources, span)),
        note: diagnostic.note.as_deref(),
        related: diagnostic
            .labels
            .iter()
            .map(|label| Related { message: &label.text, place: Place::new(sources, label.span) })
            .collect(),
        help: &diagnostic.help,
        fixable: diagnostic.fix.is_some(),
    });
    let report = Report {
        version: 1,
        diagnostics: problems.collect(),
        errors: count(Severity::Error),
        warnings: count(Severity::Warning),
    };
    serde_json::to_string_pretty(&report).expect("strings and numbers serialize") + "\n"
}
