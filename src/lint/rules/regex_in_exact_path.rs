//! Paths that nginx reads as expressions and its admission webhook refuses.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::exposure::{Controller, controller};
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "regex-in-exact-path",
    group: Group::Network,
    summary: "an nginx Ingress has an expression as a path of type Exact or Prefix",
    severity: Severity::Warning,
    page: include_str!("regex_in_exact_path.md"),
    check: Check::Object(&["Ingress"], check),
};

fn check(ingress: &Object<'_>, findings: &mut Findings<'_>) {
    if controller(ingress) != Controller::Nginx {
        return;
    }
    let rules = ingress.get("/spec/rules").and_then(Value::as_array);
    for (rule, paths) in rules.into_iter().flatten().enumerate() {
        let paths = paths["http"]["paths"].as_array();
        for (index, path) in paths.into_iter().flatten().enumerate() {
            let text = path["path"].as_str().unwrap_or_default();
            let kind = path["pathType"].as_str().unwrap_or_default();
            if !matches!(kind, "Exact" | "Prefix") || text.chars().all(is_literal) {
                continue;
            }
            let pointer = format!("/spec/rules/{rule}/http/paths/{index}/pathType");
            let message =
                format!("Ingress `{}` has the path `{text}` of type `{kind}`, but it is an expression", ingress.name());
            findings.object(ingress, &pointer, message).add_help("write `pathType: ImplementationSpecific`");
        }
    }
}

/// What the webhook takes in a path of these types (ingress-nginx, FAQ "Validation of path").
fn is_literal(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '/' | '-' | '_' | '.' | '~')
}
