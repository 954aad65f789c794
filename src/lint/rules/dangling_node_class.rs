//! A pool without its node class.

use crate::diagnostic::Severity;
use crate::lint::karpenter::classes;
use crate::lint::{Check, Findings, Group, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "dangling-node-class",
    group: Group::Karpenter,
    summary: "a pool names an EC2NodeClass that is not rendered",
    severity: Severity::Warning,
    page: include_str!("dangling_node_class.md"),
    check: Check::Everything(check),
};

const NAME: &str = "/spec/template/spec/nodeClassRef/name";

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let classes = classes(subject);
    // A class may be anywhere when only some manifests are looked at.
    for pool in subject.of_kind("NodePool").filter(|pool| pool.manifest().is_some()) {
        let name = pool.text(NAME);
        let of_aws = pool.text("/spec/template/spec/nodeClassRef/kind") == "EC2NodeClass";
        if !of_aws || name.is_empty() || classes.contains_key(&(pool.environment_name, name)) {
            continue;
        }
        let message = format!(
            "NodePool `{}` uses EC2NodeClass `{name}`, but none of this name is rendered for `{}`",
            pool.name(),
            pool.environment_name
        );
        findings.object(pool, NAME, message).add_help("without its class a pool is never ready and launches nothing");
    }
}
