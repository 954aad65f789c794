//! Spot without a choice.

use crate::diagnostic::Severity;
use crate::lint::karpenter::{REQUIREMENTS, capacity_types, items};
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "spot-without-diversity",
    group: Group::Capacity,
    summary: "Spot with one or two instance types is interrupted together and refilled late",
    severity: Severity::Warning,
    page: include_str!("spot_without_diversity.md"),
    check: Check::Object(&["NodePool"], check),
};

/// Two types are often short at the same time; Karpenter itself wants 15 before it moves Spot to Spot.
const FEW: usize = 2;

fn check(pool: &Object<'_>, findings: &mut Findings<'_>) {
    if !capacity_types(pool).contains("spot") {
        return;
    }
    let listed = |label: &str| {
        let of_label = items(pool, REQUIREMENTS).filter(|(_, each)| each["key"] == label && each["operator"] == "In");
        let counted = of_label.filter_map(|(index, each)| Some((index, each["values"].as_array().map(Vec::len)?)));
        counted.min_by_key(|(_, count)| *count)
    };
    let types = listed("node.kubernetes.io/instance-type");
    let families = listed("karpenter.k8s.aws/instance-family");
    let sizes = listed("karpenter.k8s.aws/instance-size");
    let (index, count) = match (types, families, sizes) {
        (Some(types), _, _) => types,
        (None, Some((index, families)), Some((_, sizes))) => (index, families * sizes),
        _ => return,
    };
    if !(1..=FEW).contains(&count) {
        return;
    }
    let plural = if count == 1 { "type" } else { "types" };
    let message = format!("NodePool `{}` takes Spot from {count} instance {plural} only", pool.name());
    findings
        .object(pool, &format!("{REQUIREMENTS}/{index}"), message)
        .add_help("allow more types of the same kind, or families instead of types");
}
