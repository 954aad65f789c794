//! Head Services that old and new cluster would share.

use crate::diagnostic::Severity;
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "named-head-service",
    group: Group::Ray,
    summary: "a RayService names the Service of its head",
    severity: Severity::Error,
    page: include_str!("named_head_service.md"),
    check: Check::Object(&["RayService"], check),
};

fn check(object: &Object<'_>, findings: &mut Findings<'_>) {
    let pointer = "/spec/rayClusterConfig/headGroupSpec/headService/metadata/name";
    let name = object.text(pointer);
    if name.is_empty() {
        return;
    }
    let message = format!("RayService `{}` names its head's Service `{name}`: KubeRay refuses it", object.name());
    findings
        .object(object, pointer, message)
        .add_help("take the name out: each cluster of the service gets a Service of its own");
}
