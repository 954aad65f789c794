//! A requirement that Karpenter refuses.

use crate::diagnostic::Severity;
use crate::lint::karpenter::{REQUIREMENTS, is_label_value, items, texts};
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "invalid-requirement",
    group: Group::Karpenter,
    summary: "a requirement has a value that no label can have",
    severity: Severity::Error,
    page: include_str!("invalid_requirement.md"),
    check: Check::Object(&["NodePool"], check),
};

/// Labels whose values Karpenter knows, but for the capacity type, which is a rule of its own (core `pkg/apis/v1/labels.go`,
/// WellKnownValuesForRequirements, v1.14).
const TENANCY: (&str, [&str; 2]) = ("karpenter.k8s.aws/instance-tenancy", ["default", "dedicated"]);

fn check(pool: &Object<'_>, findings: &mut Findings<'_>) {
    for (index, requirement) in items(pool, REQUIREMENTS) {
        let key = requirement["key"].as_str().unwrap_or_default();
        let at = format!("{REQUIREMENTS}/{index}");
        for value in texts(&requirement["values"]).filter(|value| !is_label_value(value)) {
            let message = format!("NodePool `{}` asks for `{key}` `{value}`, which no label can have", pool.name());
            findings.object(pool, &at, message).add_help(
                "a value is at most 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends",
            );
        }
        if key != TENANCY.0 || requirement["operator"] != "In" {
            continue;
        }
        for value in texts(&requirement["values"]).filter(|value| !TENANCY.1.contains(value)) {
            let message =
                format!("NodePool `{}` asks for tenancy `{value}`, which Karpenter does not know", pool.name());
            findings.object(pool, &at, message).add_help("write `default` or `dedicated`");
        }
    }
}
