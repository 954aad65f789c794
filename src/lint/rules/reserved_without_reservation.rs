//! Reserved capacity that nobody reserved.

use std::collections::BTreeSet;

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::karpenter::{CAPACITY_TYPE, capacity_types, classes, requirement_for};
use crate::lint::{Check, Findings, Group, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "reserved-without-reservation",
    group: Group::Capacity,
    summary: "a pool takes reserved capacity only, and its class selects no reservation",
    severity: Severity::Error,
    page: include_str!("reserved_without_reservation.md"),
    check: Check::Everything(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let classes = classes(subject);
    for pool in subject.of_kind("NodePool") {
        if capacity_types(pool) != BTreeSet::from(["reserved"]) {
            continue;
        }
        let name = pool.text("/spec/template/spec/nodeClassRef/name");
        let Some(class) = classes.get(&(pool.environment_name, name)) else { continue };
        let terms = class.get("/spec/capacityReservationSelectorTerms").and_then(Value::as_array);
        if terms.is_some_and(|terms| !terms.is_empty()) {
            continue;
        }
        let message = format!(
            "NodePool `{}` takes reserved capacity only, but EC2NodeClass `{name}` selects no reservation",
            pool.name()
        );
        findings
            .object(pool, &requirement_for(pool, CAPACITY_TYPE), message)
            .add_help("set `capacityReservationSelectorTerms` on the class, or add `on-demand` to `capacity-type`");
    }
}
