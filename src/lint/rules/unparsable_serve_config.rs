//! A serve config that Ray cannot read.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::serve;
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "unparsable-serve-config",
    group: Group::Ray,
    summary: "a RayService's serve config is no YAML mapping",
    severity: Severity::Error,
    page: include_str!("unparsable_serve_config.md"),
    check: Check::Object(&["RayService"], check),
};

fn check(service: &Object<'_>, findings: &mut Findings<'_>) {
    let Some(text) = service.get("/spec/serveConfigV2").and_then(Value::as_str).filter(|text| !text.is_empty()) else {
        return;
    };
    let (problem, line) = match serde_yaml::from_str::<serde_yaml::Value>(text) {
        Ok(config) if config.is_mapping() => return,
        Ok(_) => ("is YAML, but no mapping".to_owned(), 0),
        Err(error) => {
            let line = error.location().map_or(0, |location| location.line().saturating_sub(1));
            (format!("is no YAML: {error}"), line)
        }
    };
    let message = format!("`serveConfigV2` of RayService `{}` {problem}", service.name());
    findings
        .report(serve::span_of_line(service, line), message)
        .add_help("it is one text in YAML with a list of `applications`; start it with `|` to keep its lines");
}
