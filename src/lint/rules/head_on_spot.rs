//! The head on interruptible capacity.

use crate::diagnostic::{Fix, Severity};
use crate::lint::{Check, Findings, Group, Rule};
use crate::resolve::Team;
use crate::spec::CapacityType;

pub(super) static RULE: Rule = Rule {
    name: "head-on-spot",
    group: Group::Capacity,
    summary: "the head may run on Spot and vanish with two minutes' notice",
    severity: Severity::Error,
    page: include_str!("head_on_spot.md"),
    check: Check::Team(check),
};

fn check(team: &Team, findings: &mut Findings<'_>) {
    for workload in &team.workloads {
        let Some(pool) = &workload.head.own_pool else { continue };
        if !pool.instances.capacity_types.contains(&CapacityType::Spot) {
            continue;
        }
        let path = workload.head.path.join("capacity-type");
        let message =
            format!("the head of `{}` may run on Spot: an interruption loses the whole cluster", workload.name);
        findings.team(team, &path, message).add_help("write `capacity-type = [\"on-demand\"]` for the head").add_fix(
            Fix::Set {
                team: team.name.clone(),
                keys: path.keys().map(str::to_owned).collect(),
                value: "[\"on-demand\"]".to_owned(),
            },
        );
    }
}
