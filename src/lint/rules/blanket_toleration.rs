//! Toleration of everything.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::{Check, Findings, Group, Pod, Rule};

pub(super) static RULE: Rule = Rule {
    name: "blanket-toleration",
    group: Group::Capacity,
    summary: "a pod tolerates every taint",
    severity: Severity::Warning,
    page: include_str!("blanket_toleration.md"),
    check: Check::Pod(check),
};

fn check(pod: &Pod<'_>, findings: &mut Findings<'_>) {
    if pod.role == "other" {
        return;
    }
    let tolerations = pod.get("/spec/tolerations").and_then(Value::as_array);
    for (index, toleration) in tolerations.into_iter().flatten().enumerate() {
        let keyless = toleration["key"].as_str().unwrap_or_default().is_empty();
        let any = matches!(toleration["effect"].as_str(), None | Some("" | "NoSchedule"));
        if keyless && any && toleration["operator"] == "Exists" {
            let message =
                format!("{} tolerates every taint, also Karpenter's own `karpenter.sh/disrupted`", pod.what());
            findings
                .pod(pod, &format!("/spec/tolerations/{index}"), message)
                .add_help("name the taints to tolerate: a `key`, and a `value` or the operator `Exists`");
        }
    }
}
