//! A capacity type that Karpenter does not know.

use crate::diagnostic::{Severity, did_you_mean};
use crate::json::Value;
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "invalid-capacity-type",
    group: Group::Karpenter,
    summary: "a requirement names a capacity type that Karpenter does not know",
    severity: Severity::Error,
    page: include_str!("invalid_capacity_type.md"),
    check: Check::Object(&["NodePool"], check),
};

/// `karpenter.sh/capacity-type`'s values (Karpenter `pkg/apis/v1/labels.go`, v1.14).
const KNOWN: [&str; 3] = ["reserved", "spot", "on-demand"];

fn check(pool: &Object<'_>, findings: &mut Findings<'_>) {
    let requirements = pool.get("/spec/template/spec/requirements").and_then(Value::as_array);
    for (index, requirement) in requirements.into_iter().flatten().enumerate() {
        if requirement["key"] != "karpenter.sh/capacity-type" {
            continue;
        }
        for value in requirement["values"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if KNOWN.contains(&value) {
                continue;
            }
            let message =
                format!("NodePool `{}` asks for capacity type `{value}`, which Karpenter does not know", pool.name());
            let pointer = format!("/spec/template/spec/requirements/{index}");
            findings.object(pool, &pointer, message).add_help(match did_you_mean(value, KNOWN) {
                Some(close) => format!("did you mean `{close}`?"),
                None => "write `reserved`, `spot` or `on-demand`".to_owned(),
            });
        }
    }
}
