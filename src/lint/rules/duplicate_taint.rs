//! One taint twice.

use std::collections::BTreeMap;

use crate::diagnostic::Severity;
use crate::lint::karpenter::items;
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "duplicate-taint",
    group: Group::Karpenter,
    summary: "two taints of a pool have the same key and effect",
    severity: Severity::Error,
    page: include_str!("duplicate_taint.md"),
    check: Check::Object(&["NodePool"], check),
};

fn check(pool: &Object<'_>, findings: &mut Findings<'_>) {
    let mut seen: BTreeMap<(&str, &str), String> = BTreeMap::new();
    for list in ["/spec/template/spec/taints", "/spec/template/spec/startupTaints"] {
        for (index, taint) in items(pool, list) {
            let (Some(key), Some(effect)) = (taint["key"].as_str(), taint["effect"].as_str()) else { continue };
            let pointer = format!("{list}/{index}");
            if let Some(first) = seen.get(&(key, effect)) {
                let message = format!("NodePool `{}` has two taints `{key}:{effect}`", pool.name());
                let first = pool.span(first);
                findings.object(pool, &pointer, message).add_label(first, "the first").add_help("take one of them out");
            } else {
                seen.insert((key, effect), pointer);
            }
        }
    }
}
