//! A label that Karpenter refuses.

use crate::diagnostic::Severity;
use crate::lint::karpenter::{REQUIREMENTS, entries, items, token};
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "restricted-label",
    group: Group::Karpenter,
    summary: "a label passes the API server, but Karpenter refuses it",
    severity: Severity::Error,
    page: include_str!("restricted_label.md"),
    check: Check::Object(&["NodePool"], check),
};

/// In the CRD's list of allowed labels, but not in Karpenter's own (provider `pkg/apis/v1/labels.go`, v1.14).
const TRAP: &str = "karpenter.k8s.aws/ec2nodeclass";

fn check(pool: &Object<'_>, findings: &mut Findings<'_>) {
    let labels = entries(pool, "/spec/template/metadata/labels").filter(|(key, _)| *key == TRAP);
    let labels = labels.map(|(key, _)| format!("/spec/template/metadata/labels/{}", token(key)));
    let required = items(pool, REQUIREMENTS).filter(|(_, each)| each["key"] == TRAP);
    let required = required.map(|(index, _)| format!("{REQUIREMENTS}/{index}"));
    for pointer in labels.chain(required) {
        let message = format!("NodePool `{}` uses the label `{TRAP}`, which Karpenter sets itself", pool.name());
        findings
            .object(pool, &pointer, message)
            .add_help("take it out: `nodeClassRef` says which class the nodes have");
    }
}
