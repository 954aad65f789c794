//! An AMI family that cannot run the pods.

use std::collections::BTreeSet;

use crate::diagnostic::Severity;
use crate::lint::karpenter::{REQUIREMENTS, alias, family, items, texts};
use crate::lint::{Check, Findings, Group, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "mismatched-ami-family",
    group: Group::Karpenter,
    summary: "nodes of this AMI family never join, or cannot run the pods",
    severity: Severity::Error,
    page: include_str!("mismatched_ami_family.md"),
    check: Check::Everything(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let linux: BTreeSet<(&str, &str)> = subject
        .of_kind("NodePool")
        .filter(|pool| {
            let wants = items(pool, REQUIREMENTS).find(|(_, each)| each["key"] == "kubernetes.io/os");
            wants.is_some_and(|(_, each)| each["operator"] == "In" && texts(&each["values"]).all(|os| os == "linux"))
        })
        .map(|pool| (pool.environment_name, pool.text("/spec/template/spec/nodeClassRef/name")))
        .collect();
    for class in subject.of_kind("EC2NodeClass") {
        let family = family(class);
        let name = class.name();
        let (pointer, message, help) = if family.starts_with("windows")
            && linux.contains(&(class.environment_name, name))
        {
            let message = format!("EC2NodeClass `{name}` has Windows AMIs, but its pools ask for Linux");
            ("/spec/amiSelectorTerms", message, "use `al2023` or `bottlerocket`: Ray's images are for Linux")
        } else if family == "custom" && class.text("/spec/userData").is_empty() {
            let message =
                format!("EC2NodeClass `{name}` has `amiFamily: Custom` and no user data: its nodes never join");
            ("/spec/amiFamily", message, "Karpenter adds nothing for `Custom`: write `userData` that joins the cluster")
        } else if family == "custom" && alias(class).is_some() {
            let message =
                format!("EC2NodeClass `{name}` has an alias and `amiFamily: Custom`: Karpenter joins no such node");
            ("/spec/amiFamily", message, "take `amiFamily` out: the alias says the family")
        } else {
            continue;
        };
        findings.object(class, pointer, message).add_help(help);
    }
}
