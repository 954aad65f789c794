//! Node labels that no node has.

use crate::diagnostic::{Severity, did_you_mean};
use crate::json::{Map, Value};
use crate::lint::capacity;
use crate::lint::placement::{Pools, mismatched_label, selected};
use crate::lint::{Check, Findings, Group, Object, Pod, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "dangling-node-selector",
    group: Group::Capacity,
    summary: "a pod selects a node label that its pool never has",
    severity: Severity::Error,
    page: include_str!("dangling_node_selector.md"),
    check: Check::Everything(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let pools = subject.node_pools();
    for pod in subject.pods().iter().filter(|pod| !pools.is_empty(pod.object.environment_name)) {
        let Some(selector) = pod.get("/spec/nodeSelector").and_then(Value::as_object) else { continue };
        let Some(pool) = pools.selected_by(pod) else {
            match selected(pod).filter(|_| pod.role != "other") {
                Some(name) => nowhere(pools, pod, name, findings),
                None if pod.role != "other" => unmatched(pools, pod, selector, findings),
                None => {}
            }
            continue;
        };
        for (key, value) in selector {
            let Some(problem) = value.as_str().and_then(|value| mismatched_label(pool, key, value)) else { continue };
            let pointer = format!("/spec/nodeSelector/{}", key.replace('~', "~0").replace('/', "~1"));
            let message = format!("{} selects nodes with {problem}", pod.what());
            findings.pod(pod, &pointer, message).add_help(format!(
                "set the label in `node-pool.labels` of the group (NodePool `{}`), or take the selector out",
                pool.name()
            ));
        }
    }
}

/// A pod that names no pool: some pool should have all the labels. A warning, for a managed node group may have them.
fn unmatched(pools: &Pools<'_>, pod: &Pod<'_>, selector: &Map, findings: &mut Findings<'_>) {
    let labels: Vec<(&str, &str)> = selector.iter().filter_map(|(key, value)| Some((key, value.as_str()?))).collect();
    let of_pools: Vec<&Object<'_>> = pools.all(pod.object.environment_name).collect();
    let fits = |pool: &Object<'_>, (key, value): (&str, &str)| mismatched_label(pool, key, value).is_none();
    if of_pools.iter().any(|pool| labels.iter().all(|label| fits(pool, *label))) {
        return;
    }
    // A label that no pool has says more than a combination that none has.
    let missing = labels.iter().find(|label| !of_pools.iter().any(|pool| fits(pool, **label)));
    let Some((key, value)) = missing.or(labels.first()) else { return };
    let what = if missing.is_some() {
        format!("`{key}={value}`, which nodes of no NodePool here have")
    } else {
        format!("{} labels, which no NodePool here has together", labels.len())
    };
    let pointer = format!("/spec/nodeSelector/{}", key.replace('~', "~0").replace('/', "~1"));
    let names: Vec<String> = of_pools.iter().map(|pool| format!("`{}`", pool.name())).take(5).collect();
    let found = findings.pod(pod, &pointer, format!("{} selects nodes with {what}", pod.what()));
    found.severity = Severity::Warning;
    found.add_help(format!("select labels of one of them, such as `karpenter.sh/nodepool`: {}", names.join(", ")));
}

fn nowhere(pools: &Pools<'_>, pod: &Pod<'_>, name: &str, findings: &mut Findings<'_>) {
    let message = format!("{} of `{}` selects NodePool `{name}`, which is not rendered", pod.what(), pod.object.name());
    let names = pools.names(pod.object.environment_name);
    findings.pod(pod, "/spec/nodeSelector/karpenter.sh~1nodepool", message).add_help(match did_you_mean(name, names) {
        Some(close) => format!("did you mean `{close}`?"),
        None => {
            format!("name one of the pools that exist: {}", capacity::names(pools.names(pod.object.environment_name)))
        }
    });
}
