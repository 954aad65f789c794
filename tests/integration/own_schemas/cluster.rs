//! What imported CRDs say of manifests, against what a real cluster with the same CRDs said of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;

use raygen::objects;
use raygen::schema::{Problem, Violation};
use serde::Deserialize;
use serde_json::Value;

use super::validators;
use crate::shared;

/// The CRDs of the cluster that judged.
const CRDS: [&str; 9] = [
    "karpenter-v1.14.1/karpenter.k8s.aws_ec2nodeclasses.yaml",
    "karpenter-v1.14.1/karpenter.sh_nodepools.yaml",
    "kuberay-v1.7.0/ray.io_rayclusters.yaml",
    "kuberay-v1.7.0/ray.io_raycronjobs.yaml",
    "kuberay-v1.7.0/ray.io_rayjobs.yaml",
    "kuberay-v1.7.0/ray.io_rayservices.yaml",
    "prometheus-operator-v0.93.0/monitoring.coreos.com_podmonitors.yaml",
    "prometheus-operator-v0.93.0/monitoring.coreos.com_prometheusrules.yaml",
    "prometheus-operator-v0.93.0/monitoring.coreos.com_servicemonitors.yaml",
];

#[derive(Deserialize)]
struct Record {
    id: String,
    kind: String,
    server: String,
    server_message: String,
    yaml: String,
}

/// The messages of all rules of a CRD.
fn messages(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                if key == "x-kubernetes-validations" {
                    let rules = value.as_array().unwrap();
                    found.extend(rules.iter().filter_map(|rule| rule["message"].as_str()).map(str::to_owned));
                }
                messages(value, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| messages(item, found)),
        _ => {}
    }
}

/// `spec.requirements[0].key`, as the server writes paths.
fn dotted(pointer: &str) -> String {
    pointer.split('/').skip(1).fold(String::new(), |mut path, token| {
        let token = token.replace("~1", "/").replace("~0", "~");
        match token.parse::<usize>() {
            Ok(index) => write!(path, "[{index}]").unwrap(),
            Err(_) if path.is_empty() => path = token,
            Err(_) => write!(path, ".{token}").unwrap(),
        }
        path
    })
}

/// How often the server says that a rule with this message is broken. It repeats a value that is a text.
fn times(server: &str, message: &str) -> usize {
    let after = server.match_indices("Invalid value: ").map(|(start, said)| &server[start + said.len()..]);
    let said = after.filter_map(|rest| {
        let quoted = rest.strip_prefix('"').and_then(|rest| rest.split_once("\": "));
        quoted.map_or(rest, |(_, rest)| rest).strip_prefix(message)
    });
    said.filter(|rest| rest.is_empty() || rest.starts_with(", ") || rest.starts_with(']')).count()
}

/// Longer messages are cut in the records.
const LONGEST: usize = 300;

#[test]
fn rules_are_broken_where_the_cluster_says_so() {
    let (Some(crds), Some(truth)) = (shared("crds"), shared("truth/verdicts.jsonl")) else { return };
    let texts: Vec<String> = CRDS.iter().map(|path| fs::read_to_string(crds.join(path)).unwrap()).collect();
    let mut known: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for text in &texts {
        let crd: Value = serde_yaml::from_str(text).unwrap();
        messages(&crd, known.entry(crd["spec"]["names"]["kind"].as_str().unwrap().to_owned()).or_default());
    }
    let validators = validators(&texts);
    let (mut judged, mut broken, mut differing) = (0, 0, Vec::new());
    for line in fs::read_to_string(truth).unwrap().lines() {
        let record: Record = serde_json::from_str(line).unwrap();
        let Some(messages) = known.get(&record.kind) else { continue };
        // What the server cannot decode it does not judge, and a pod template is judged after the object.
        let says = record.server == "accept" || record.server_message.contains(" is invalid: ");
        let read = objects::from_texts([("manifest.yaml", record.yaml.as_str())]);
        let [object] = read.objects.as_slice() else { continue };
        let Some(violations) = validators.validate(&object.value).filter(|_| says) else { continue };
        judged += 1;
        let ours: Vec<(String, &String)> = violations
            .iter()
            .filter_map(|Violation { path, problem }| match problem {
                Problem::Other { message } if messages.contains(message) => Some((dotted(path), message)),
                _ => None,
            })
            .collect();
        broken += ours.len();
        let cut = record.server_message.len() >= LONGEST;
        for (path, message) in &ours {
            let at = record.server_message.contains(&format!("{path}: Invalid value: "));
            let said = at && times(&record.server_message, message) > 0;
            if !cut && !said {
                differing.push(format!("{}: {path}: {message}: not said", record.id));
            }
        }
        for message in messages {
            let theirs = times(&record.server_message, message);
            let ours = ours.iter().filter(|(_, ours)| *ours == message).count();
            if theirs > ours || !cut && theirs < ours {
                differing.push(format!("{}: {message}: {theirs} times, not {ours}", record.id));
            }
        }
    }
    println!("{judged} manifests judged, {broken} broken rules, {} differ", differing.len());
    assert!(differing.is_empty(), "{differing:#?}");
    assert!(judged > 2500 && broken > 300, "{judged} judged, {broken} broken");
}
