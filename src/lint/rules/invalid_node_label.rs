//! A key that is none.

use crate::diagnostic::Severity;
use crate::lint::karpenter::{entries, is_label_key, token};
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "invalid-node-label",
    group: Group::Karpenter,
    summary: "a node label has a key that Kubernetes does not take",
    severity: Severity::Error,
    page: include_str!("invalid_node_label.md"),
    check: Check::Object(&["NodePool"], check),
};

const LABELS: &str = "/spec/template/metadata/labels";

fn check(pool: &Object<'_>, findings: &mut Findings<'_>) {
    for (key, _) in entries(pool, LABELS).filter(|(key, _)| !is_label_key(key)) {
        let message = format!("NodePool `{}` labels its nodes with `{key}`, which is no key of a label", pool.name());
        findings
            .object(pool, &format!("{LABELS}/{}", token(key)), message)
            .add_help("use at most 63 letters, digits, `-`, `_` and `.`, after an optional domain and `/`");
    }
}
