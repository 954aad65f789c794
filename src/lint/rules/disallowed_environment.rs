//! An environment that is kept for other teams.

use crate::diagnostic::Severity;
use crate::document::Node;
use crate::lint::{Check, Findings, Group, Rule, Subject};
use crate::resolve::SpecPath;

pub(super) static RULE: Rule = Rule {
    name: "disallowed-environment",
    group: Group::Policy,
    summary: "a team runs in an environment that the platform keeps for others",
    severity: Severity::Error,
    page: include_str!("disallowed_environment.md"),
    check: Check::Specs(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let Some(policy) = &subject.policy else { return };
    for team in subject.teams {
        let environment = &team.environment.name;
        let Some(allowed) = policy.spec.environments.get(environment) else { continue };
        if allowed.contains(&team.name) {
            continue;
        }
        let listed = team.values.root.child("environments").map_or(&[][..], Node::items);
        let path = match listed.iter().position(|item| item.string() == Some(environment)) {
            Some(index) => SpecPath::new(["environments", &index.to_string()]),
            None => SpecPath::default(),
        };
        let message = format!("team `{}` runs in `{environment}`, which the platform keeps for others", team.name);
        let help = if listed.is_empty() {
            format!("list its `environments`, without `{environment}`, or ask the platform to let it in")
        } else {
            format!("take `{environment}` out, or ask the platform to let the team in")
        };
        findings
            .report(team.values.own_span(&path), message)
            .add_label(policy.span(&["environments", environment]), "the teams that may")
            .add_help(help);
    }
}
