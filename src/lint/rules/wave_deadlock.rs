//! Waves that wait for what comes after them.

use std::collections::{BTreeMap, HashMap};

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::gitops::{HOOK, Turn, WAVE};
use crate::lint::{Check, Findings, Group, Object, Pod, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "wave-deadlock",
    group: Group::GitOps,
    summary: "an early wave of Argo CD waits for an object of a later one",
    severity: Severity::Error,
    page: include_str!("wave_deadlock.md"),
    check: Check::Everything(check),
};

/// Objects by environment, kind, namespace and name.
type Index<'s, 'a> = HashMap<(&'a str, &'a str, &'a str, &'a str), &'s Object<'a>>;

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let ordered = |object: &Object<'_>| object.get(WAVE).is_some() || object.get(HOOK).is_some();
    if !subject.objects.iter().any(ordered) {
        return;
    }
    let index: Index<'_, '_> = subject
        .objects
        .iter()
        .map(|object| ((object.environment_name, object.kind(), object.namespace(), object.name()), object))
        .collect();
    for (object, pods) in subject.objects_and_pods() {
        for (dependency, why) in dependencies(object, pods, &index) {
            report(object, dependency, why, findings);
        }
    }
    for exposure in subject.exposures() {
        let why = format!("it has an address only when the Service `{}` exists", exposure.service);
        report(&exposure.ingress, &exposure.cluster.object, &why, findings);
    }
    unconsumed_claims(subject, &index, findings);
}

/// What an object needs to become healthy, and why.
fn dependencies<'s, 'a>(
    object: &Object<'a>,
    pods: &[Pod<'a>],
    index: &Index<'s, 'a>,
) -> Vec<(&'s Object<'a>, &'static str)> {
    let find = |kind: &'static str, namespace: &'a str, name: &'a str| {
        index.get(&(object.environment_name, kind, namespace, name)).copied()
    };
    let mut found = Vec::new();
    match object.kind() {
        "NodePool" => found.extend(
            find("EC2NodeClass", "", object.text("/spec/template/spec/nodeClassRef/name"))
                .map(|class| (class, "a pool is ready only with its class")),
        ),
        "PersistentVolumeClaim" => {
            let volume = find("PersistentVolume", "", object.text("/spec/volumeName"));
            let class = find("StorageClass", "", object.text("/spec/storageClassName"));
            found.extend(volume.or(class).map(|other| (other, "a claim is bound only with it")));
        }
        // A cron job is healthy before its first pod.
        "CronJob" | "RayCronJob" => {}
        _ => {
            for pod in pods {
                let namespace = object.namespace();
                let needs = needs(pod).into_iter().filter_map(|(kind, name)| {
                    let scope = if kind == "NodePool" { "" } else { namespace };
                    Some((find(kind, scope, name)?, "the pods cannot start without it"))
                });
                found.extend(needs);
            }
        }
    }
    found
}

/// Kinds and names of what the pods of a template wait for.
fn needs<'a>(pod: &Pod<'a>) -> Vec<(&'static str, &'a str)> {
    let text = |pointer: &str| pod.get(pointer).and_then(Value::as_str);
    let mut needs = Vec::new();
    needs.extend(text("/spec/nodeSelector/karpenter.sh~1nodepool").map(|pool| ("NodePool", pool)));
    needs.extend(text("/spec/serviceAccountName").map(|account| ("ServiceAccount", account)));
    for volume in pod.get("/spec/volumes").and_then(Value::as_array).into_iter().flatten() {
        for (kind, source, field) in [
            ("PersistentVolumeClaim", "persistentVolumeClaim", "claimName"),
            ("ConfigMap", "configMap", "name"),
            ("Secret", "secret", "secretName"),
        ] {
            let source = &volume[source];
            let required = source["optional"] != true;
            needs.extend(source[field].as_str().filter(|_| required).map(|name| (kind, name)));
        }
    }
    needs
}

fn report(object: &Object<'_>, dependency: &Object<'_>, why: &str, findings: &mut Findings<'_>) {
    let (Some(own), Some(later)) = (Turn::of(object), Turn::of(dependency)) else { return };
    if own >= later {
        return;
    }
    let message = format!(
        "{} `{}` of {} waits for {} `{}` of {}, which waits for it: {why}",
        object.kind(),
        object.name(),
        own.shown(later),
        dependency.kind(),
        dependency.name(),
        later.shown(own)
    );
    findings
        .object(object, place(object), message)
        .add_label(dependency.span(place(dependency)), "this comes later")
        .add_help("give both the same wave: within one, Argo CD applies in the order of kinds and waits for nothing");
}

/// Where the turn of an object is said.
fn place(object: &Object<'_>) -> &'static str {
    [WAVE, HOOK].into_iter().find(|pointer| object.get(pointer).is_some()).unwrap_or("/metadata")
}

/// Claims that are bound when their first pod is there, in a wave before all pods that use them.
fn unconsumed_claims(subject: &Subject<'_>, index: &Index<'_, '_>, findings: &mut Findings<'_>) {
    let waiting = || subject.of_kind("PersistentVolumeClaim").filter(|claim| waits_for_a_pod(claim, index));
    if waiting().next().is_none() {
        return;
    }
    let mut consumers: BTreeMap<(&str, &str, &str), Vec<&Object<'_>>> = BTreeMap::new();
    for pod in subject.pods() {
        for (kind, name) in needs(pod) {
            if kind == "PersistentVolumeClaim" {
                let object = &pod.object;
                consumers.entry((object.environment_name, object.namespace(), name)).or_default().push(object);
            }
        }
    }
    for claim in waiting() {
        let key = (claim.environment_name, claim.namespace(), claim.name());
        let first = consumers.get(&key).into_iter().flatten().min_by_key(|consumer| Turn::of(consumer));
        if let Some(consumer) = first {
            report(claim, consumer, "the claim is bound only when a pod uses it", findings);
        }
    }
}

/// Whether the claim's volume is made for its first pod. Those that EKS and its drivers make by default are
/// (`gp2`, `gp3`: `volumeBindingMode: WaitForFirstConsumer`).
fn waits_for_a_pod(claim: &Object<'_>, index: &Index<'_, '_>) -> bool {
    if !claim.text("/spec/volumeName").is_empty() {
        return false;
    }
    let name = claim.text("/spec/storageClassName");
    match index.get(&(claim.environment_name, "StorageClass", "", name)) {
        Some(class) => class.text("/volumeBindingMode") == "WaitForFirstConsumer",
        None => ["gp2", "gp3"].contains(&name),
    }
}
