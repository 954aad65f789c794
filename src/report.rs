//! Prints diagnostics.

pub mod fit;
mod github;
mod gitlab;
mod grid;
mod human;
mod impact;
mod json;
mod junit;
mod place;
mod sarif;
mod window;

pub use self::impact::{Comparison, ImpactFormat};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Sources;

/// How diagnostics are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// With the source, as rustc does.
    #[default]
    Human,
    /// One line each.
    Concise,
    /// For scripts; `version` counts incompatible changes.
    Json,
    /// Annotations of GitHub Actions.
    Github,
    /// GitLab's code quality report.
    Gitlab,
    /// SARIF 2.1.0.
    Sarif,
    /// JUnit XML, a test case per file.
    Junit,
}

/// Renders diagnostics in a format. `width` is that of the terminal; colours are ANSI escapes where `colour` says so.
pub fn render(sources: &Sources, diagnostics: &[Diagnostic], format: Format, colour: bool, width: usize) -> String {
    match format {
        Format::Human => human::render(sources, diagnostics, colour, width),
        Format::Concise => diagnostics.iter().map(|diagnostic| concise(sources, diagnostic)).collect(),
        Format::Json => json::render(sources, diagnostics),
        Format::Github => github::render(sources, diagnostics),
        Format::Gitlab => gitlab::render(sources, diagnostics),
        Format::Sarif => sarif::render(sources, diagnostics),
        Format::Junit => junit::render(sources, diagnostics),
    }
}

/// `teams/vision.toml:12:5: error[unknown-key]: unknown key …`.
fn concise(sources: &Sources, diagnostic: &Diagnostic) -> String {
    let place = diagnostic.span.map_or_else(String::new, |span| {
        let (line, column) = sources.line_column(span);
        format!("{}:{line}:{column}: ", sources.get(span.file).path)
    });
    let severity = word(diagnostic.severity);
    format!("{place}{severity}[{}]: {}\n", diagnostic.rule, printable(&diagnostic.message))
}

/// The severity as a word.
pub fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// "2 errors, 1 warning in 2 files"; empty where there is nothing to say.
pub fn summary(diagnostics: &[Diagnostic], waived: usize) -> String {
    let count = |severity| diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
    let mut files: Vec<_> = diagnostics.iter().filter_map(|diagnostic| Some(diagnostic.span?.file)).collect();
    files.sort_unstable();
    files.dedup();
    let mut parts: Vec<String> = [(count(Severity::Error), "error"), (count(Severity::Warning), "warning")]
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, noun)| plural(number, noun))
        .collect();
    if waived > 0 {
        parts.push(format!("{waived} waived"));
    }
    match (parts.is_empty(), files.len()) {
        (true, _) => String::new(),
        (false, 0) => parts.join(", "),
        (false, number) => format!("{} in {}", parts.join(", "), plural(number, "file")),
    }
}

/// "1 file", "2 files".
pub fn plural(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// Text from specs may hold anything; a terminal should not obey it.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// A stable number for what is said: FNV-1a, 64 bits.
fn fingerprint(parts: &[&str]) -> u64 {
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
