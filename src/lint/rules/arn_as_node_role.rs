//! An IAM role by its ARN.

use crate::diagnostic::Severity;
use crate::lint::karpenter::set;
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "arn-as-node-role",
    group: Group::Karpenter,
    summary: "`role` is an ARN, but Karpenter takes the name of a role",
    severity: Severity::Error,
    page: include_str!("arn_as_node_role.md"),
    check: Check::Object(&["EC2NodeClass"], check),
};

fn check(class: &Object<'_>, findings: &mut Findings<'_>) {
    let role = class.text("/spec/role");
    if !role.starts_with("arn:") {
        return;
    }
    let name = role.rsplit('/').next().unwrap_or_default();
    let message = format!("EC2NodeClass `{}` has `role: {role}`, but Karpenter takes the role's name", class.name());
    let diagnostic = findings.object(class, "/spec/role", message).add_help(format!("write `{name}`"));
    if let Some(fix) = set(class, "/spec/role", format!("\"{name}\"")) {
        diagnostic.add_fix(fix);
    }
}
