//! SARIF 2.1.0, for code scanning.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::place::Place;
use super::word;
use crate::diagnostic::Diagnostic;
use crate::lint;
use crate::source::{Sources, Span};

pub(super) fn render(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    let mut used: Vec<&str> = diagnostics.iter().map(|diagnostic| diagnostic.rule).collect();
    used.sort_unstable();
    used.dedup();
    let descriptors: Vec<Value> = used.iter().map(|name| descriptor(name)).collect();
    let results: Vec<Value> = diagnostics
        .iter()
        .map(|diagnostic| {
            let index = used.binary_search(&diagnostic.rule).expect("every rule in use is listed");
            result(sources, diagnostic, index)
        })
        .collect();
    let report = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "raygen", "version": env!("CARGO_PKG_VERSION"), "rules": descriptors } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    serde_json::to_string_pretty(&report).expect("strings and numbers serialize") + "\n"
}

fn descriptor(name: &str) -> Value {
    match lint::rule(name) {
        Some(rule) => json!({
            "id": name,
            "shortDescription": { "text": rule.summary },
            "help": { "text": rule.page, "markdown": rule.page },
            "defaultConfiguration": { "level": word(rule.severity) },
        }),
        None => json!({ "id": name }),
    }
}

fn result(sources: &Sources, diagnostic: &Diagnostic, index: usize) -> Value {
    let mut text = diagnostic.message.clone();
    for help in &diagnostic.help {
        text.push_str("\nhelp: ");
        text.push_str(help);
    }
    let mut result = json!({
        "ruleId": diagnostic.rule,
        "ruleIndex": index,
        "level": word(diagnostic.severity),
        "message": { "text": text },
        "partialFingerprints": {
            "raygen/v1": format!("{:016x}", super::fingerprint(&[diagnostic.rule, &diagnostic.message])),
        },
    });
    if let Some(span) = diagnostic.span {
        result["locations"] = json!([{ "physicalLocation": location(sources, span) }]);
    }
    if !diagnostic.labels.is_empty() {
        let related = diagnostic.labels.iter().enumerate().map(|(id, label)| {
            json!({
                "id": id,
                "message": { "text": label.text },
                "physicalLocation": location(sources, label.span),
            })
        });
        result["relatedLocations"] = related.collect();
    }
    result
}

fn location(sources: &Sources, span: Span) -> Value {
    let place = Place::new(sources, span);
    json!({
        "artifactLocation": { "uri": uri(&place.file) },
        "region": {
            "startLine": place.line,
            "startColumn": place.column,
            "endLine": place.end_line,
            "endColumn": place.end_column,
        },
    })
}

/// A relative URI reference (RFC 3986): everything but unreserved characters and the slash is escaped.
fn uri(path: &str) -> String {
    path.bytes().fold(String::with_capacity(path.len()), |mut uri, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
        uri
    })
}
