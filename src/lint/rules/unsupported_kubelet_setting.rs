//! Kubelet settings that the AMI family does not take.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::karpenter::family;
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "unsupported-kubelet-setting",
    group: Group::Karpenter,
    summary: "the AMI family does not take a kubelet setting",
    severity: Severity::Warning,
    page: include_str!("unsupported_kubelet_setting.md"),
    check: Check::Object(&["EC2NodeClass"], check),
};

fn check(class: &Object<'_>, findings: &mut Findings<'_>) {
    let Some(kubelet) = class.get("/spec/kubelet").and_then(Value::as_object) else { return };
    let family = family(class);
    let servers = kubelet.get("clusterDNS").and_then(Value::as_array).map_or(0, Vec::len);
    for (wrong, key, why, help) in [
        (
            family == "bottlerocket" && kubelet.contains_key("podsPerCore"),
            "podsPerCore",
            "which Bottlerocket does not take",
            "write `maxPods`",
        ),
        (
            servers > 1 && family != "al2023",
            "clusterDNS",
            "with several servers, of which only AL2023 takes more than one",
            "keep one server",
        ),
    ] {
        if wrong {
            let message = format!("EC2NodeClass `{}` sets `kubelet.{key}`, {why}", class.name());
            findings.object(class, &format!("/spec/kubelet/{key}"), message).add_help(help);
        }
    }
}
