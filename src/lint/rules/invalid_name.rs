//! A name that Kubernetes does not take.

use crate::diagnostic::Severity;
use crate::lint::{Check, Findings, Group, Object, Rule};
use crate::resolve::names;

pub(super) static RULE: Rule = Rule {
    name: "invalid-name",
    group: Group::Names,
    summary: "a name is none that Kubernetes takes",
    severity: Severity::Error,
    page: include_str!("invalid_name.md"),
    check: Check::Object(&["RayCluster", "RayService", "RayJob"], check),
};

/// Names of specs are checked where they are composed. KubeRay asks for a DNS-1035 label, for it makes Services of the
/// name (`utils/validation.go`); the API server would take more.
fn check(object: &Object<'_>, findings: &mut Findings<'_>) {
    let name = object.name();
    if object.manifest().is_some() || name.is_empty() || names::is_dns_1035(name) {
        return;
    }
    findings
        .object(object, "/metadata/name", format!("`{name}` is no name for a {}", object.kind()))
        .add_help("use lower-case letters, digits and `-`; start with a letter, end with a letter or digit");
}
