//! Pods that cannot be where their storage is.

use crate::diagnostic::Severity;
use crate::lint::karpenter::{requirement_for, texts};
use crate::lint::placement::{requirements, same_owner};
use crate::lint::storage::{ZONE, claimed};
use crate::lint::{Check, Findings, Group, Object, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "unaligned-zone",
    group: Group::Storage,
    summary: "no zone of a pool is one from which the pods can mount their storage",
    severity: Severity::Error,
    page: include_str!("unaligned_zone.md"),
    check: Check::Everything(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let (claims, pools) = (subject.claims(), subject.node_pools());
    for pod in subject.pods() {
        let mut near: Option<Vec<&str>> = None;
        let mut named: Vec<String> = Vec::new();
        for (index, _, name) in claimed(pod) {
            let Some(zones) = claims.get(pod, name).and_then(|claim| claim.zones()) else { continue };
            named.push(format!("claim `{name}` is in {}", listed(&zones)));
            let both: Vec<&str> = match &near {
                Some(near) => near.iter().copied().filter(|zone| zones.contains(zone)).collect(),
                None => zones,
            };
            if both.is_empty() {
                let message = format!("no node can mount all that {} mounts: {}", pod.what(), named.join(", "));
                findings
                    .pod(pod, &format!("/spec/volumes/{index}"), message)
                    .add_help("mount storage of one zone, or split the group");
                near = None;
                break;
            }
            near = Some(both);
        }
        let (Some(near), Some(pool)) = (near, pools.selected_by(pod)) else { continue };
        let Some(zones) = zones_of(pool) else { continue };
        if zones.iter().any(|zone| near.contains(zone)) {
            continue;
        }
        let message = format!(
            "{} of `{}` runs in {} on `{}`, but {}",
            pod.what(),
            pod.object.name(),
            listed(&zones),
            pool.name(),
            named.join(", ")
        );
        let diagnostic = if same_owner(pool, pod) {
            findings.object(pool, &requirement_for(pool, ZONE), message)
        } else {
            findings.pod(pod, "/spec/nodeSelector/karpenter.sh~1nodepool", message)
        };
        diagnostic.add_help(format!("let the pool launch nodes in {}", listed(&near)));
    }
}

/// The zones that a pool names; `None` where it names none.
fn zones_of<'a>(pool: &Object<'a>) -> Option<Vec<&'a str>> {
    let named = requirements(pool).filter(|each| each["key"] == ZONE && each["operator"] == "In");
    named
        .map(|each| texts(&each["values"]).collect::<Vec<_>>())
        .reduce(|a, b| a.into_iter().filter(|zone| b.contains(zone)).collect())
}

fn listed(zones: &[&str]) -> String {
    zones.iter().map(|zone| format!("`{zone}`")).collect::<Vec<_>>().join(" or ")
}
