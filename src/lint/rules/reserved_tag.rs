//! A tag that EC2 refuses.

use crate::diagnostic::Severity;
use crate::lint::karpenter::{entries, token};
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "reserved-tag",
    group: Group::Karpenter,
    summary: "a tag begins with `aws:`, which EC2 keeps for itself",
    severity: Severity::Error,
    page: include_str!("reserved_tag.md"),
    check: Check::Object(&["EC2NodeClass"], check),
};

fn check(class: &Object<'_>, findings: &mut Findings<'_>) {
    for (key, value) in entries(class, "/spec/tags") {
        let reserved = key.get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case("aws:"));
        let value = value.as_str().map_or(0, |value| value.chars().count());
        let why = if reserved {
            "begins with `aws:`, which EC2 keeps for itself".to_owned()
        } else if key.chars().count() > 128 {
            format!("has a key of {} characters, and EC2 takes 128", key.chars().count())
        } else if value > 256 {
            format!("has a value of {value} characters, and EC2 takes 256")
        } else {
            continue;
        };
        let message = format!("EC2NodeClass `{}`: the tag `{key}` {why}", class.name());
        findings
            .object(class, &format!("/spec/tags/{}", token(key)), message)
            .add_help("rename or shorten it: EC2 launches no instance with such a tag");
    }
}
