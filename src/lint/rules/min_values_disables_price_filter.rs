//! Diversity at any price.

use crate::diagnostic::Severity;
use crate::lint::karpenter::{REQUIREMENTS, capacity_types, items};
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "min-values-disables-price-filter",
    group: Group::Karpenter,
    summary: "`minValues` switches off the filters that keep Spot and odd types cheap",
    severity: Severity::Warning,
    page: include_str!("min_values_disables_price_filter.md"),
    check: Check::Object(&["NodePool"], check),
};

fn check(pool: &Object<'_>, findings: &mut Findings<'_>) {
    let Some((index, requirement)) = items(pool, REQUIREMENTS).find(|(_, each)| !each["minValues"].is_null()) else {
        return;
    };
    let types = capacity_types(pool);
    if !(types.contains("spot") && types.contains("on-demand")) {
        return;
    }
    let key = requirement["key"].as_str().unwrap_or_default();
    let message = format!(
        "NodePool `{}` asks for {} values of `{key}`, so Spot may cost more than on-demand",
        pool.name(),
        requirement["minValues"]
    );
    findings
        .object(pool, &format!("{REQUIREMENTS}/{index}"), message)
        .add_help("take `min-values` out, and list more families instead");
}
