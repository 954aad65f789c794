//! `raygen.dev/allow`: waivers of manifests that have no spec, each line of the annotation a rule and a reason.

use super::{Group, rule, rules};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::objects::ReadObject;
use crate::source::Span;

/// The annotation: `<rule>: <reason>`, one a line.
pub const ANNOTATION: &str = "raygen.dev/allow";
/// The same as a JSON pointer.
const POINTER: &str = "/metadata/annotations/raygen.dev~1allow";

/// A waiver of one object.
#[derive(Debug)]
pub(super) struct Waiver {
    pub(super) rule: &'static str,
    /// The annotation.
    pub(super) span: Span,
    /// The object's document: what is reported within it is waived.
    document: Span,
}

impl Waiver {
    pub(super) fn covers(&self, diagnostic: &Diagnostic) -> bool {
        let within = |span: Span| {
            span.file == self.document.file && span.start >= self.document.start && span.end <= self.document.end
        };
        diagnostic.rule == self.rule && diagnostic.span.is_some_and(within)
    }
}

/// The waivers that an object carries. What is wrong with them is reported.
pub(super) fn of_object(object: &ReadObject, diagnostics: &mut Vec<Diagnostic>) -> Vec<Waiver> {
    let Some(text) = object.value.pointer(POINTER).and_then(|value| value.as_str()) else { return Vec::new() };
    let span = object.span(POINTER);
    let mut waivers = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (name, reason) = line.split_once(':').unwrap_or((line, ""));
        match judge(name.trim(), reason.trim()) {
            Ok(rule) => waivers.push(Waiver { rule, span, document: object.document }),
            Err((rule, message, help)) => diagnostics.push(Diagnostic::error(rule, span, message).help(help)),
        }
    }
    waivers
}

fn judge(name: &str, reason: &str) -> Result<&'static str, (&'static str, String, String)> {
    let Some(known) = rule(name) else {
        let help = match did_you_mean(name, rules::ALL.iter().map(|rule| rule.name)) {
            Some(close) => format!("did you mean `{close}`?"),
            None => "`raygen explain` lists all rules".to_owned(),
        };
        return Err(("unknown-rule", format!("there is no rule `{name}`"), help));
    };
    if known.group == Group::Workspace || known.is_drift() {
        let message = format!("`{name}` is about files, so no object can waive it");
        return Err(("forbidden-allow", message, "mend what it reports".to_owned()));
    }
    if reason.is_empty() {
        let message = format!("the waiver of `{name}` gives no reason");
        return Err(("forbidden-allow", message, format!("write `{name}: <why it is accepted>`")));
    }
    Ok(known.name)
}
