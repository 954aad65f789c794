//! A workload that no environment has.

use crate::diagnostic::Severity;
use crate::document::Node;
use crate::lint::{Check, Findings, Group, Rule, Subject};
use crate::spec::WorkloadKind;

pub(super) static RULE: Rule = Rule {
    name: "unrendered-workload",
    group: Group::Workspace,
    summary: "a team or a workload runs in no environment",
    severity: Severity::Warning,
    page: include_str!("unrendered_workload.md"),
    check: Check::Specs(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let Some((workspace, selection)) = subject.specs else { return };
    for team in workspace.teams.iter().filter(|team| selection.has_team(&team.name)) {
        let root = &team.document.root;
        let mut judge = |node: &Node, what: String| {
            let Some(list) = node.child("environments").filter(|list| list.items().is_empty()) else { return };
            findings
                .report(list.span, format!("{what} runs in no environment, so nothing of it is rendered"))
                .add_help("name its environments, or write `suspend = true` to keep its objects and delete its pods");
        };
        judge(root, format!("team `{}`", team.name));
        for kind in WorkloadKind::ALL {
            for (name, node) in root.child(kind.table()).and_then(Node::table).into_iter().flatten() {
                judge(node, format!("{} `{name}`", kind.noun()));
            }
        }
    }
}
