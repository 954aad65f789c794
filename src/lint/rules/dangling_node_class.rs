//! A pool without its node class.

use crate::diagnostic::Severity;
use crate::lint::karpenter::classes;
use crate::lint::{Check, Findings, Group, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "dangling-node-class",
    group: Group::Karpenter,
    summary: "a pool names an EC2NodeClass that does not exist",
    severity: Severity::Warning,
    page: include_str!("dangling_node_class.md"),
    check: Check::Everything(check),
};

const NAME: &str = "/spec/template/spec/nodeClassRef/name";

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let classes = classes(subject);
    // Classes may be elsewhere when manifests are looked at that hold none.
    for pool in subject.of_kind("NodePool").filter(|pool| pool.manifest().is_some() || !classes.is_empty()) {
        let name = pool.text(NAME);
        let of_aws = pool.text("/spec/template/spec/nodeClassRef/kind") == "EC2NodeClass";
        if !of_aws || name.is_empty() || classes.contains_key(&(pool.environment_name, name)) {
            continue;
        }
        let missing = match pool.environment_name {
            "" => "there is none of this name".to_owned(),
            environment => format!("none of this name is rendered for `{environment}`"),
        };
        let message = format!("NodePool `{}` uses EC2NodeClass `{name}`, but {missing}", pool.name());
        findings.object(pool, NAME, message).add_help("without its class a pool is never ready and launches nothing");
    }
}
