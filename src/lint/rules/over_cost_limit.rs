//! Teams that may cost more than the platform allows.

use std::collections::BTreeMap;

use crate::diagnostic::Severity;
use crate::fit::{Cost, Costs, GroupFit, dollars};
use crate::instances::{PRICE_DATE, PRICE_REGION};
use crate::lint::capacity::names;
use crate::lint::{Check, Findings, Group, Policy, Rule, Subject};
use crate::manifest::Manifest;

pub(super) static RULE: Rule = Rule {
    name: "over-cost-limit",
    group: Group::Policy,
    summary: "a team may cost more per hour than the platform allows",
    severity: Severity::Error,
    page: include_str!("over_cost_limit.md"),
    check: Check::Specs(check),
};

/// What a group adds to a team's cost.
type Part<'a> = (&'a Manifest, &'a GroupFit<'a>, Cost);

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let Some(policy) = &subject.policy else { return };
    let Some(limit) = policy.spec.max_cost_per_hour else { return };
    let fits = subject.fits();
    let mut teams: BTreeMap<(&str, &str), Vec<Part<'_>>> = BTreeMap::new();
    for group in &fits.groups {
        let object = &group.cluster.object;
        let Some((manifest, team)) = object.of_team() else { continue };
        teams.entry((object.environment_name, team)).or_default().push((manifest, group, group.cost(fits)));
    }
    for ((environment, team), groups) in teams {
        let mut costs = Costs::default();
        for (_, group, cost) in &groups {
            costs.add(group, cost);
        }
        // Far below 2⁵³.
        #[expect(clippy::cast_precision_loss)]
        let ceiling = costs.ceiling as f64 / 1e6;
        // The first of several equal ones, so that the order of the file decides.
        let dearest = groups.iter().rev().max_by_key(|(.., cost)| cost.ceiling);
        if ceiling <= limit + 1e-9 {
            untold(team, &costs, &groups, policy, findings);
            continue;
        }
        let Some((manifest, group, cost)) = dearest else { continue };
        let message = format!(
            "team `{team}` may cost {} an hour in `{environment}`, but the platform allows ${limit:.2}",
            dollars(costs.ceiling)
        );
        let found = findings.own(manifest, &bound(group), message);
        found.add_label(policy.span(&["max-cost-per-hour"]), "the limit");
        found.add_help(format!(
            "{} takes {} of it, {} pods on `{}`: lower `max` or allow fewer types, or ask the platform for more (on-demand list prices of {PRICE_REGION}, {PRICE_DATE})",
            group.pod.what(),
            dollars(cost.ceiling),
            group.pods.1,
            cost.dearest.as_deref().unwrap_or_default()
        ));
        if !costs.unpriced.is_empty() {
            found.add_help(format!("not counted, for want of a price: {}", unpriced(&costs)));
        }
    }
}

/// JSON pointer of what bounds a group's size.
fn bound(group: &GroupFit<'_>) -> String {
    let end = if group.pod.role == "worker" { "/maxReplicas" } else { "" };
    group.pod.pointer.replace("/template", end)
}

fn unpriced(costs: &Costs) -> String {
    names(costs.unpriced.iter().map(String::as_str))
}

/// A sum within the limit that leaves out types without a price is no proof.
fn untold(team: &str, costs: &Costs, groups: &[Part<'_>], policy: &Policy<'_>, findings: &mut Findings<'_>) {
    let Some((manifest, group, _)) = groups.iter().find(|(.., cost)| !cost.unpriced.is_empty()) else { return };
    let message = format!(
        "team `{team}` may cost more than the {} an hour that can be told: {} has no price",
        dollars(costs.ceiling),
        unpriced(costs)
    );
    let found = findings.own(manifest, &bound(group), message);
    found.add_label(policy.span(&["max-cost-per-hour"]), "the limit");
    found.add_help("write the `price` of the type under `[instance-types]` of `teams/_platform.toml`");
    found.severity = Severity::Warning;
}
