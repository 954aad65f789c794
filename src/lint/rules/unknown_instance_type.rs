//! Instance types that raygen has never heard of.

use crate::diagnostic::{Severity, did_you_mean};
use crate::fit::Requirement;
use crate::instances::{FAMILY, INSTANCE_TYPE};
use crate::lint::capacity::value_span;
use crate::lint::karpenter::{REQUIREMENTS, items};
use crate::lint::{Check, Findings, Group, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "unknown-instance-type",
    group: Group::Capacity,
    summary: "a pool names an instance type or family that raygen does not know",
    severity: Severity::Warning,
    page: include_str!("unknown_instance_type.md"),
    check: Check::Everything(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for pool in subject.of_kind("NodePool") {
        for (index, requirement) in items(pool, REQUIREMENTS) {
            let requirement = Requirement::of_object(requirement);
            let noun = match requirement.key {
                INSTANCE_TYPE => "instance type",
                FAMILY => "instance family",
                _ => continue,
            };
            let Some(known) = subject.catalog.by_label(requirement.key).filter(|_| requirement.operator == "In") else {
                continue;
            };
            for (position, name) in requirement.values.iter().enumerate() {
                if known.contains_key(*name) {
                    continue;
                }
                let message = format!("raygen knows no {noun} `{name}`, so it cannot say whether pods fit");
                let help = match did_you_mean(name, known.keys().map(String::as_str)) {
                    Some(close) => format!("did you mean `{close}`?"),
                    None => "if EC2 has it, describe it under `[instance-types]` of `teams/_platform.toml`".to_owned(),
                };
                findings.report(value_span(pool, index, position), message).add_help(help);
            }
        }
    }
}
