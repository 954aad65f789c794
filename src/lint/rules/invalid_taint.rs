//! A taint that no node can carry.

use crate::diagnostic::Severity;
use crate::lint::karpenter::{is_label_key, is_label_value, items};
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "invalid-taint",
    group: Group::Karpenter,
    summary: "a taint has a key or value that no node can have",
    severity: Severity::Error,
    page: include_str!("invalid_taint.md"),
    check: Check::Object(&["NodePool"], check),
};

fn check(pool: &Object<'_>, findings: &mut Findings<'_>) {
    for list in ["taints", "startupTaints"] {
        let pointer = format!("/spec/template/spec/{list}");
        for (index, taint) in items(pool, &pointer) {
            let key = taint["key"].as_str().unwrap_or_default();
            let value = taint["value"].as_str().unwrap_or_default();
            let (field, text) = if is_label_value(value) { ("key", key) } else { ("value", value) };
            // What is empty or missing the schema says.
            if key.is_empty() || (is_label_key(key) && is_label_value(value)) {
                continue;
            }
            let message =
                format!("NodePool `{}` has a taint with the {field} `{text}`, which no node can have", pool.name());
            findings.object(pool, &format!("{pointer}/{index}"), message).add_help(
                "use at most 63 letters, digits, `-`, `_` and `.`; only a key may have a domain and `/` before them",
            );
        }
    }
}
