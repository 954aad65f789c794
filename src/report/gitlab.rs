//! GitLab's code quality report.

use std::collections::BTreeMap;

use serde::Serialize;

use super::place::Place;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Sources;

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
}

pub(super) fn render(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    let mut seen = BTreeMap::new();
    let issues: Vec<Issue> = diagnostics.iter().map(|diagnostic| issue(sources, diagnostic, &mut seen)).collect();
    serde_json::to_string_pretty(&issues).expect("strings and numbers serialize") + "\n"
}

fn issue(sources: &Sources, diagnostic: &Diagnostic, seen: &mut BTreeMap<u64, usize>) -> Issue {
    let (path, begin) = match diagnostic.span {
        Some(span) => {
            let place = Place::new(sources, span);
            (place.file, place.line)
        }
        None => ("teams/_platform.toml".to_owned(), 1),
    };
    // Without the line: an issue that only moves is the same issue.
    let hash = super::fingerprint(&[diagnostic.rule, &path, &diagnostic.message]);
    let nth = seen.entry(hash).or_insert(0);
    *nth += 1;
    Issue {
        description: diagnostic.message.clone(),
        check_name: diagnostic.rule,
        fingerprint: format!("{hash:016x}-{nth}"),
        severity: match diagnostic.severity {
            Severity::Error => "major",
            Severity::Warning => "minor",
        },
        location: Location { path, lines: Lines { begin } },
    }
}
