//! What an edit of `[versions]` means for what runs.

use crate::schema::{Releases, Version};

/// A project whose release changes in an environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upgrade {
    /// `KubeRay`, `Karpenter` or `Kubernetes`.
    pub project: &'static str,
    /// Before.
    pub old: Version,
    /// After.
    pub new: Version,
    /// What that does, with who says so.
    pub notes: Vec<(&'static str, &'static str)>,
}

/// A project, the first release that behaves like this (none: any change of release does), what it does, who says so.
pub type Row = (&'static str, Option<Version>, &'static str, &'static str);

/// What another release means for what runs.
#[rustfmt::skip]
pub const NOTES: &[Row] = &[
    ("KubeRay",   None,                          "running pods stay as they are; the operator takes the specs that it finds first for applied, so what changes in the same merge restarts nothing", "KubeRay raycluster_controller.go, annotation ray.io/kuberay-version"),
    ("KubeRay",   None,                          "the running cluster of every RayService gets its service's whole spec once, with numbers that were ignored so far", "KubeRay rayservice_controller.go"),
    ("KubeRay",   Some(Version::new(1, 6, 0)),   "`upgradeStrategy` counts; heads that were created before carry no hash and are never restarted for a change", "KubeRay raycluster_controller.go, annotation ray.io/upgrade-strategy-recreate-hash"),
    ("KubeRay",   Some(Version::new(1, 7, 0)),   "Ingresses that the operator made are updated in place, and their path changes from `/<cluster>/(.*)` to `/`", "KubeRay common/ingress.go"),
    ("Karpenter", Some(Version::new(1, 14, 0)),  "a node whose pods have a priority of -33554432 or less counts as empty, and goes even under `WhenEmpty`", "Karpenter disruption/types.go, IsEmpty"),
];

/// The projects whose releases differ.
pub(super) fn upgrades(old: &Releases, new: &Releases) -> Vec<Upgrade> {
    let projects = [
        ("KubeRay", &old.kuberay, &new.kuberay),
        ("Karpenter", &old.karpenter, &new.karpenter),
        ("Kubernetes", &old.kubernetes, &new.kubernetes),
    ];
    let changed = projects.into_iter().filter(|(_, old, new)| old != new);
    changed
        .map(|(project, old, new)| {
            let crosses = |since: &Version| (old < since) != (new < since);
            let notes = NOTES.iter().filter(|(of, since, ..)| *of == project && since.as_ref().is_none_or(crosses));
            let notes = notes.map(|(_, _, text, fact)| (*text, *fact)).collect();
            Upgrade { project, old: old.clone(), new: new.clone(), notes }
        })
        .collect()
}
