//! Disks that several pods mount.

use std::collections::BTreeMap;

use crate::diagnostic::Severity;
use crate::lint::karpenter::texts;
use crate::lint::storage::{Claim, claimed};
use crate::lint::{Check, Findings, Group, Pod, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "shared-disk",
    group: Group::Storage,
    summary: "pods on several nodes mount a disk that one node at a time can attach",
    severity: Severity::Error,
    page: include_str!("shared_disk.md"),
    check: Check::Everything(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let claims = subject.claims();
    let mut mounted: BTreeMap<_, Vec<(&Pod<'_>, usize)>> = BTreeMap::new();
    for pod in subject.pods().iter().filter(|pod| matches!(pod.role, "head" | "worker")) {
        for (index, _, name) in claimed(pod) {
            if claims.get(pod, name).is_some_and(|claim| is_disk(&claim)) {
                let key = (pod.object.environment_name, pod.object.namespace(), name);
                mounted.entry(key).or_default().push((pod, index));
            }
        }
    }
    for ((_, _, claim), pods) in mounted {
        let count: i64 = pods.iter().map(|(pod, _)| most(pod)).fold(0, i64::saturating_add);
        let Some((pod, index)) = pods.last().filter(|_| count > 1) else { continue };
        let who: Vec<String> = pods.iter().map(|(pod, _)| pod.what()).collect();
        let message = format!(
            "claim `{claim}` is a disk that one node can attach, but up to {count} pods mount it: {}",
            who.join(", ")
        );
        findings
            .pod(pod, &format!("/spec/volumes/{index}"), message)
            .add_help("mount it on the head alone, or use `fsx-lustre` or `s3`, which many nodes mount");
    }
}

/// Specs make such claims for EBS alone; elsewhere the driver or the class's usual name tells.
fn is_disk(claim: &Claim<'_, '_>) -> bool {
    let modes = claim.object.get("/spec/accessModes");
    let for_one = |mode| matches!(mode, "ReadWriteOnce" | "ReadWriteOncePod");
    let once = modes.is_some_and(|modes| texts(modes).next().is_some() && texts(modes).all(for_one));
    let class = claim.object.text("/spec/storageClassName");
    let ebs = match claim.driver() {
        Some(driver) => driver == "ebs.csi.aws.com",
        None => {
            claim.object.manifest().is_some()
                || ["ebs", "gp2", "gp3", "io1", "io2"].iter().any(|name| class.contains(name))
        }
    };
    once && ebs
}

/// The greatest number of pods. A RayService has two clusters while it is upgraded.
fn most(pod: &Pod<'_>) -> i64 {
    let twice = pod.object.kind() == "RayService" && pod.object.text("/spec/upgradeStrategy/type") != "None";
    let group = pod.pointer.strip_suffix("/template").and_then(|pointer| pod.object.get(pointer));
    let number = |key: &str| group.and_then(|group| group[key].as_i64());
    let pods = match pod.role {
        // KubeRay's own default for the greatest number is the largest there is.
        "worker" => number("maxReplicas").unwrap_or(i64::from(i32::MAX)) * number("numOfHosts").unwrap_or(1),
        _ => 1,
    };
    if twice { pods.saturating_mul(2) } else { pods }
}
