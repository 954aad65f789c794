//! JUnit XML: one test case per file, failed where it has errors, so that CI systems show which file is wrong.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::concise;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Sources;

pub(super) fn render(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    let mut cases: BTreeMap<&str, Vec<&Diagnostic>> = sources.paths().map(|path| (path, Vec::new())).collect();
    for diagnostic in diagnostics {
        let path = diagnostic.span.map_or("workspace", |span| sources.get(span.file).path.as_str());
        cases.entry(path).or_default().push(diagnostic);
    }
    let is_error = |diagnostic: &&&Diagnostic| diagnostic.severity == Severity::Error;
    let failures = cases.values().filter(|found| found.iter().any(|found| is_error(&found))).count();
    let counts = format!("tests=\"{}\" failures=\"{failures}\" errors=\"0\"", cases.len());
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {counts}>\n  <testsuite name=\"raygen\" {counts}>\n"
    );
    for (path, found) in cases {
        let name = escape(path);
        if found.is_empty() {
            let _ = writeln!(xml, "    <testcase classname=\"raygen\" name=\"{name}\"/>");
            continue;
        }
        let text: String = found.iter().map(|diagnostic| concise(sources, diagnostic)).collect();
        let _ = writeln!(xml, "    <testcase classname=\"raygen\" name=\"{name}\">");
        match found.iter().find(is_error) {
            Some(first) => {
                let (message, rule) = (escape(&first.message), escape(first.rule));
                let _ =
                    writeln!(xml, "      <failure message=\"{message}\" type=\"{rule}\">{}</failure>", escape(&text));
            }
            None => {
                let _ = writeln!(xml, "      <system-out>{}</system-out>", escape(&text));
            }
        }
        xml.push_str("    </testcase>\n");
    }
    xml.push_str("  </testsuite>\n</testsuites>\n");
    xml
}

/// XML 1.0 has no way to write most control characters.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}
