//! A serve config that Ray cannot read.

use serde_json::Value;

use crate::diagnostic::Severity;
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
    let problem = match serde_yaml::from_str::<serde_yaml::Value>(text) {
        Ok(config) if config.is_mapping() => return,
        Ok(_) => "is YAML, but no mapping".to_owned(),
        Err(error) => format!("is no YAML: {error}"),
    };
    let message = format!("`serveConfigV2` of RayService `{}` {problem}", service.name());
    findings
        .object(service, "/spec/serveConfigV2", message)
        .add_help("it is one text in YAML with a list of `applications`; start it with `|` to keep its lines");
}
