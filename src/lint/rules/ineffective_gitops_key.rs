//! Settings of a tool that does not sync.

use crate::diagnostic::Severity;
use crate::document::Node;
use crate::lint::{Check, Findings, Group, Rule, Subject};
use crate::spec::GitOpsTool;

pub(super) static RULE: Rule = Rule {
    name: "ineffective-gitops-key",
    group: Group::GitOps,
    summary: "a key of `gitops` does nothing with the platform's tool",
    severity: Severity::Warning,
    page: include_str!("ineffective_gitops_key.md"),
    check: Check::Specs(check),
};

/// Keys of `[gitops]` and of an environment's `gitops` that only one tool reads.
const OF_PLATFORM: [(&str, GitOpsTool); 3] =
    [("argocd", GitOpsTool::ArgoCd), ("flux", GitOpsTool::Flux), ("repo-url", GitOpsTool::ArgoCd)];
const OF_ENVIRONMENT: [(&str, GitOpsTool); 3] =
    [("destination", GitOpsTool::ArgoCd), ("kubeconfig-secret", GitOpsTool::Flux), ("revision", GitOpsTool::ArgoCd)];

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let Some(platform) = subject.specs.and_then(|(workspace, _)| workspace.platform.as_ref()) else { return };
    let gitops = platform.root.child("gitops");
    let tools: Vec<&str> = match gitops.and_then(|gitops| gitops.child("tool")) {
        Some(tool) => tool.string().into_iter().chain(tool.items().iter().filter_map(Node::string)).collect(),
        None => Vec::new(),
    };
    if let Some(gitops) = gitops {
        ineffective("[gitops]", gitops, &OF_PLATFORM, &tools, findings);
    }
    for (name, environment) in platform.root.child("environments").and_then(Node::table).into_iter().flatten() {
        let Some(own) = environment.child("gitops") else { continue };
        if tools.is_empty() {
            let message = format!("environment `{name}` says how it is synced, but `[gitops]` has no tool that would");
            findings.report(own.key, message).add_help("write `[gitops]` with `tool = \"argocd\"` or `\"flux\"`");
        } else {
            ineffective(&format!("`gitops` of `{name}`"), own, &OF_ENVIRONMENT, &tools, findings);
        }
    }
}

fn ineffective(table: &str, node: &Node, keys: &[(&str, GitOpsTool)], tools: &[&str], findings: &mut Findings<'_>) {
    for (key, tool) in keys.iter().filter(|(_, tool)| !tools.contains(&tool.as_str())) {
        if let Some(child) = node.child(key) {
            let message = format!("`{key}` in {table} is for `{}`, which does not sync here", tool.as_str());
            findings.report(child.key, message).add_help("take it out, or add the tool to `gitops.tool`");
        }
    }
}
