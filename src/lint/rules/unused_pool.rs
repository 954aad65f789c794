//! A shared pool that nobody uses.

use crate::diagnostic::Severity;
use crate::lint::specs::unnamed;
use crate::lint::{Check, Findings, Group, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "unused-pool",
    group: Group::Workspace,
    summary: "no group names a shared pool of the platform",
    severity: Severity::Warning,
    page: include_str!("unused_pool.md"),
    check: Check::Specs(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (name, node) in unnamed(subject, "pools", "pool") {
        findings
            .report(node.key, format!("no group of any team names the shared pool `{name}`"))
            .add_help("take it out, or waive this until a team uses it");
    }
}
