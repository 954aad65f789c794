//! A term that selects everything.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::karpenter::items;
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "empty-selector-term",
    group: Group::Karpenter,
    summary: "a selector term with empty tags selects everything",
    severity: Severity::Error,
    page: include_str!("empty_selector_term.md"),
    check: Check::Object(&["EC2NodeClass"], check),
};

const LISTS: [&str; 3] = ["subnetSelectorTerms", "securityGroupSelectorTerms", "amiSelectorTerms"];

fn check(class: &Object<'_>, findings: &mut Findings<'_>) {
    for list in LISTS {
        let pointer = format!("/spec/{list}");
        for (index, term) in items(class, &pointer) {
            let no_tags = term["tags"].as_object().is_some_and(crate::json::Map::is_empty);
            let others = ["id", "name", "alias", "ssmParameter"];
            if !no_tags || others.iter().any(|key| term.get(key).is_some_and(Value::is_string)) {
                continue;
            }
            let message = format!(
                "EC2NodeClass `{}`: a term of `{list}` has empty `tags`, which every resource has",
                class.name()
            );
            findings
                .object(class, &format!("{pointer}/{index}"), message)
                .add_help("name a tag, such as `{ \"karpenter.sh/discovery\" = \"…\" }`, or an id");
        }
    }
}
