//! Rights to everything.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "wildcard-role",
    group: Group::Security,
    summary: "a Role allows every verb on every kind",
    severity: Severity::Warning,
    page: include_str!("wildcard_role.md"),
    check: Check::Object(&["ClusterRole", "Role"], check),
};

fn check(role: &Object<'_>, findings: &mut Findings<'_>) {
    let rules = role.get("/rules").and_then(Value::as_array).into_iter().flatten().enumerate();
    for (index, rule) in rules {
        let all = |list: &str| rule[list].as_array().is_some_and(|items| items.iter().any(|item| item == "*"));
        if all("verbs") && all("resources") {
            let message = format!("{} `{}` allows every verb on every kind", role.kind(), role.name());
            findings
                .object(role, &format!("/rules/{index}"), message)
                .add_help("list the kinds and verbs that the pods need; the autoscaler's rights are KubeRay's to give");
        }
    }
}
