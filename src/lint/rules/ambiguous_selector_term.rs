//! A term that selects by id and by tags at once.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::karpenter::items;
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "ambiguous-selector-term",
    group: Group::Karpenter,
    summary: "a selector term has an id and tags, of which only the id counts",
    severity: Severity::Warning,
    page: include_str!("ambiguous_selector_term.md"),
    check: Check::Object(&["EC2NodeClass"], check),
};

const LISTS: [&str; 3] = ["subnetSelectorTerms", "securityGroupSelectorTerms", "capacityReservationSelectorTerms"];

fn check(class: &Object<'_>, findings: &mut Findings<'_>) {
    for list in LISTS {
        let pointer = format!("/spec/{list}");
        for exclusive in ["id", "name"] {
            let mixed = |term: &Value| {
                let keys = term.as_object().map_or(0, crate::json::Map::len);
                let by_id = exclusive == "name" && term.get("id").is_some();
                term.get(exclusive).is_some() && keys > 1 && !by_id
            };
            // Where every term is wrong the API server refuses the list itself.
            if items(class, &pointer).all(|(_, term)| mixed(term)) {
                continue;
            }
            for (index, _) in items(class, &pointer).filter(|(_, term)| mixed(term)) {
                let message = format!(
                    "EC2NodeClass `{}`: a term of `{list}` has `{exclusive}` and other keys, which Karpenter ignores",
                    class.name()
                );
                findings.object(class, &format!("{pointer}/{index}"), message).add_help(format!(
                    "keep `{exclusive}`, or keep the others; two terms select what either of them selects"
                ));
            }
        }
    }
}
