//! A default that never counts.

use crate::diagnostic::Severity;
use crate::document::Node;
use crate::lint::{Check, Findings, Group, Rule, Subject};
use crate::resolve::{self, OF_ENVIRONMENTS};
use crate::spec::WorkloadKind;

pub(super) static RULE: Rule = Rule {
    name: "shadowed-default",
    group: Group::Workspace,
    summary: "every environment replaces a default of the platform",
    severity: Severity::Warning,
    page: include_str!("shadowed_default.md"),
    check: Check::Specs(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let Some(platform) = subject.specs.and_then(|(workspace, _)| workspace.platform.as_ref()) else { return };
    let environments = platform.root.child("environments").and_then(Node::table);
    let Some(environments) = environments.filter(|environments| !environments.is_empty()) else { return };
    for table in ["defaults", "versions"] {
        let Some(values) = platform.root.child(table).and_then(Node::table) else { continue };
        for (keys, node) in resolve::leaves(values) {
            let replaced: Option<Vec<&Node>> =
                environments.values().map(|own| replacement(own, table, &keys)).collect();
            let Some(replaced) = replaced else { continue };
            let message = format!("`{table}.{}` never counts: every environment has its own", keys.join("."));
            let diagnostic = findings.report(node.key, message);
            for other in replaced {
                diagnostic.add_label(other.key, "this one counts");
            }
            diagnostic.add_help("take it out here, or there where it is the same");
        }
    }
}

/// Whether a table of defaults speaks about workloads.
fn is_of_workloads(table: &str) -> bool {
    table == "team" || WorkloadKind::ALL.into_iter().any(|kind| kind.defaults() == table)
}

/// The environment's own value for what `keys` lead to in a table of the platform.
fn replacement<'a>(environment: &'a Node, table: &str, keys: &[&str]) -> Option<&'a Node> {
    let descend = |node: Option<&'a Node>, keys: &[&str]| keys.iter().try_fold(node?, |node, key| node.child(key));
    let in_same_table = descend(environment.child(table), keys);
    in_same_table.or_else(|| match keys {
        // The site's part stands outside of the environment's defaults.
        [of, key, ..] if is_of_workloads(of) && OF_ENVIRONMENTS.contains(key) => descend(Some(environment), &keys[1..]),
        _ => None,
    })
}
