//! A protection that protects nothing.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::karpenter::{is_go_duration, token};
use crate::lint::{Check, Findings, Group, Pod, Rule};

pub(super) static RULE: Rule = Rule {
    name: "invalid-do-not-disrupt",
    group: Group::Karpenter,
    summary: "the annotation that keeps Karpenter away has a value or a name it ignores",
    severity: Severity::Error,
    page: include_str!("invalid_do_not_disrupt.md"),
    check: Check::Pod(check),
};

const KEY: &str = "karpenter.sh/do-not-disrupt";
/// What Karpenter read before 0.32 (`karpenter-convert`, v0.32).
const OLD: [&str; 2] = ["karpenter.sh/do-not-evict", "karpenter.sh/do-not-consolidate"];

fn check(pod: &Pod<'_>, findings: &mut Findings<'_>) {
    let Some(annotations) = pod.get("/metadata/annotations").and_then(Value::as_object) else { return };
    let at = |key: &str| format!("/metadata/annotations/{}", token(key));
    if let Some(value) = annotations.get(KEY).and_then(Value::as_str) {
        let karpenter = &pod.object.releases.karpenter;
        // Karpenter 1.12 brought durations.
        let durations = (karpenter.major, karpenter.minor) >= (1, 12);
        let duration = is_go_duration(value);
        if !(matches!(value, "true" | "false") || duration && durations) {
            let why = if duration { format!(" before 1.12, and this is {karpenter}") } else { String::new() };
            let message =
                format!("`{KEY}: {value}` of {} protects nothing: Karpenter does not read it{why}", pod.what());
            findings
                .pod(pod, &at(KEY), message)
                .add_help("write `\"true\"`, or since Karpenter 1.12 a time such as `\"30m\"`");
        }
    }
    for old in OLD.iter().filter(|old| annotations.contains_key(old) && !annotations.contains_key(KEY)) {
        let message = format!("`{old}` of {} protects nothing: Karpenter has not read it since 0.32", pod.what());
        findings.pod(pod, &at(old), message).add_help(format!("write `{KEY}`"));
    }
}
