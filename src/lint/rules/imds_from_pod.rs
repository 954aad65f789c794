//! The node's credentials in pods.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "imds-from-pod",
    group: Group::Security,
    summary: "pods can take their node's AWS credentials",
    severity: Severity::Warning,
    page: include_str!("imds_from_pod.md"),
    check: Check::Object(&["EC2NodeClass"], check),
};

fn check(class: &Object<'_>, findings: &mut Findings<'_>) {
    let hops = "/spec/metadataOptions/httpPutResponseHopLimit";
    let tokens = "/spec/metadataOptions/httpTokens";
    if class.text("/spec/metadataOptions/httpEndpoint") == "disabled" {
        return;
    }
    if class.text(tokens) == "optional" {
        let message =
            format!("EC2NodeClass `{}` lets pods take the node's AWS credentials with one plain request", class.name());
        findings.object(class, tokens, message).add_help("write `httpTokens: required`, which is the default");
    } else if let Some(limit) = class.get(hops).and_then(Value::as_i64).filter(|limit| *limit > 1) {
        let message = format!(
            "EC2NodeClass `{}` lets pods take the node's AWS credentials: its hop limit is {limit}",
            class.name()
        );
        findings
            .object(class, hops, message)
            .add_help("write `imds-hop-limit = 1` (`httpPutResponseHopLimit`), and give pods a role of their own by IRSA or Pod Identity");
    }
}
