//! Network policies of KubeRay that contradict themselves.

use crate::diagnostic::Severity;
use crate::diagnostic::did_you_mean;
use crate::lint::{Check, Findings, Group, RayCluster, Rule};

pub(super) static RULE: Rule = Rule {
    name: "invalid-network-policy",
    group: Group::Ray,
    summary: "`networkPolicy` has rules that its mode, or a group that the cluster, does not have",
    severity: Severity::Error,
    page: include_str!("invalid_network_policy.md"),
    check: Check::RayCluster(check),
};

fn check(cluster: &RayCluster<'_>, findings: &mut Findings<'_>) {
    let Some(policy) = cluster.get("/networkPolicy").filter(|policy| policy.is_object()) else { return };
    let groups: Vec<&str> = cluster.groups().filter_map(|group| group["groupName"].as_str()).collect();
    let (useless, denied) = match policy["mode"].as_str() {
        Some("DenyAllEgress") => ("ingressRules", "only egress"),
        Some("DenyAllIngress") => ("egressRules", "only ingress"),
        _ => ("", ""),
    };
    let mut parts = vec![("/head".to_owned(), &policy["head"]), ("/worker".to_owned(), &policy["worker"])];
    let own = policy["workerGroups"].as_array();
    parts.extend(own.into_iter().flatten().enumerate().map(|(index, part)| (format!("/workerGroups/{index}"), part)));
    for (place, part) in parts {
        let pointer = format!("/networkPolicy{place}");
        if part[useless].as_array().is_some_and(|rules| !rules.is_empty()) {
            let message = format!(
                "the network policy has `{useless}`, but its mode denies {denied}: KubeRay refuses the cluster"
            );
            findings
                .cluster(cluster, &format!("{pointer}/{useless}"), message)
                .add_help("take the rules out, or use the mode `DenyAll`");
        }
        if let Some(name) = part["groupName"].as_str().filter(|name| !groups.contains(name)) {
            let message = format!("the network policy names worker group `{name}`, which the cluster does not have");
            let close = did_you_mean(name, groups.iter().copied());
            findings.cluster(cluster, &format!("{pointer}/groupName"), message).add_help(match close {
                Some(close) => format!("did you mean `{close}`?"),
                None => "name a worker group, or take the entry out".to_owned(),
            });
        }
    }
    for (index, group) in cluster.groups().enumerate() {
        let name = group["groupName"].as_str().unwrap_or_default();
        let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        let label = name.len() <= 63 && name.starts_with(inner) && name.ends_with(inner);
        if !label || !name.chars().all(|c| inner(c) || c == '-') {
            let message = format!("worker group `{name}` becomes part of a NetworkPolicy's name, but is no DNS label");
            findings
                .cluster(cluster, &format!("/workerGroupSpecs/{index}/groupName"), message)
                .add_help("use lower-case letters, digits and `-`");
        }
    }
}
