//! Incidents that people reported, as manifests in `tests/incidents`: each is found, with what there is to do.
//!
//! A file's name begins with the row of the list of field reports it stands for.

use std::fs;
use std::path::Path;

use raygen::check;
use raygen::objects;
use raygen::schema::{Releases, Version};

/// The file, the rule, and what its message and help say.
const INCIDENTS: [(&str, &str, &[&str]); 14] = [
    ("01-labels-and-neuron-taint", "dangling-node-selector", &["the head", "`workload=rayhead`"]),
    (
        "01-labels-and-neuron-taint",
        "unschedulable-group",
        &["worker group `inf2`", "6 `aws.amazon.com/neuron`", "tolerate `aws.amazon.com/neuron=true:NoSchedule`"],
    ),
    ("02-renamed-pool", "dangling-node-selector", &["`g5-gpu-karpenter`", "the pools that exist: `g5-gpu`"]),
    (
        "03-head-fits-no-pool",
        "unschedulable-group",
        &["needs 12 CPUs", "`m5.2xlarge`", "offers 7.91", "lower `cpu` to 7", "allow `m5.4xlarge`"],
    ),
    (
        "04-misspelt-label",
        "dangling-node-selector",
        &["`karpenter.sh/capacity-typ=spot`", "`karpenter.sh/capacity-type`"],
    ),
    (
        "05-no-toleration",
        "unschedulable-group",
        &["1 `nvidia.com/gpu`", "KubeRay adds no tolerations", "`nvidia.com/gpu=true:NoSchedule`"],
    ),
    (
        "06-memory-after-overhead",
        "unschedulable-group",
        &["needs 492Gi of memory", "`trn1.32xlarge`", "offers 470.5Gi after overhead", "lower `memory` to 470Gi"],
    ),
    (
        "06-memory-beside-daemonsets",
        "unschedulable-group",
        &[
            "needs 169Gi",
            "offers 169.3Gi after overhead (168.7Gi with the platform's DaemonSets)",
            "lower `memory` to 168Gi",
        ],
    ),
    (
        "07-limits-below-demand",
        "insufficient-pool-limits",
        &["stops scaling at pod 2 of 4", "1 `nvidia.com/gpu`", "raise it to 4 `nvidia.com/gpu`"],
    ),
    ("08-limits-nodes", "limits-nodes", &["limits `nodes`, which Karpenter 1.8.8 does not read", "limit `cpu`"]),
    ("20-default-root-volume", "small-root-volume", &["a disk of 20Gi", "at least 50Gi"]),
    ("21-bottlerocket-root-volume", "wrong-root-device", &["`/dev/xvda`", "`/dev/xvdb`"]),
    ("36-efa-not-requested", "unrequested-efa", &["`FI_PROVIDER`", "vpc.amazonaws.com/efa"]),
    ("36-too-few-efa-interfaces", "efa-without-capable-type", &["8 EFA interfaces", "at most 4"]),
];

/// What is said about a file, each problem with its help in one text.
fn said(file: &str) -> Vec<(&'static str, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/incidents").join(file).with_extension("yaml");
    let text = fs::read_to_string(path).unwrap();
    let objects = objects::from_texts([("manifest.yaml", text.as_str())]);
    // The report about `limits.nodes` is of a release that ignores it.
    let newest = Releases::newest();
    let karpenter = if file.starts_with("08") { Version::new(1, 8, 8) } else { newest.karpenter.clone() };
    let checked = check::check_objects(&objects, &Releases { karpenter, ..newest }, None).checked;
    let texts =
        checked.diagnostics.iter().map(|found| (found.rule, format!("{}\n{}", found.message, found.help.join("\n"))));
    texts.collect()
}

#[test]
fn incidents_are_found_with_what_there_is_to_do() {
    let mut failures = Vec::new();
    for (file, rule, parts) in INCIDENTS {
        let said = said(file);
        let is_meant = |(name, text): &&(&str, String)| *name == rule && parts.iter().all(|part| text.contains(part));
        if said.iter().find(is_meant).is_none() {
            failures.push(format!("{file}: no {rule} with {parts:?} in {said:#?}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// 168Gi, which the reporter found to work, is within what is left beside the DaemonSets.
#[test]
fn what_worked_in_the_incident_is_accepted() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/incidents/06-memory-beside-daemonsets.yaml");
    let text = fs::read_to_string(path).unwrap().replace("169Gi", "168Gi");
    let objects = objects::from_texts([("manifest.yaml", text.as_str())]);
    let checked = check::check_objects(&objects, &Releases::newest(), None).checked;
    assert!(checked.diagnostics.iter().all(|found| found.rule != "unschedulable-group"), "{:#?}", checked.diagnostics);
}
