//! A name too long for its companions.

use crate::diagnostic::Severity;
use crate::lint::{Check, Findings, Group, Object, Rule};
use crate::resolve::names;
use crate::spec::WorkloadKind;

pub(super) static RULE: Rule = Rule {
    name: "long-cluster-name",
    group: Group::Names,
    summary: "a workload's name is longer than KubeRay takes or keeps",
    severity: Severity::Warning,
    page: include_str!("long_cluster_name.md"),
    check: Check::Object(&["RayCluster", "RayService", "RayJob", "RayCronJob"], check),
};

/// Names that specs compose are judged where they are composed.
fn check(object: &Object<'_>, findings: &mut Findings<'_>) {
    let kind = WorkloadKind::ALL.into_iter().find(|kind| kind.kind() == object.kind());
    let Some(kind) = kind.filter(|_| object.manifest().is_none()) else { return };
    let mut found = Vec::new();
    let span = object.span("/metadata/name");
    names::check_length(kind, object.name(), &[("name", object.name())], span, &mut found);
    for diagnostic in found {
        *findings.report(span, "") = diagnostic;
    }
}
