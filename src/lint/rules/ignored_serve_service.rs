//! Settings of a Service that is never made.

use crate::diagnostic::Severity;
use crate::lint::serve::upgrades_incrementally;
use crate::lint::{Check, Findings, Group, Object, Rule, ray};

pub(super) static RULE: Rule = Rule {
    name: "ignored-serve-service",
    group: Group::Ray,
    summary: "a RayService that upgrades incrementally describes a Service of Serve, which KubeRay ignores",
    severity: Severity::Warning,
    page: include_str!("ignored_serve_service.md"),
    check: Check::Object(&["RayService"], check),
};

fn check(service: &Object<'_>, findings: &mut Findings<'_>) {
    let pointer = "/spec/serveService";
    if !upgrades_incrementally(service) || !ray::is_set(service.get(pointer)) {
        return;
    }
    let message = format!(
        "RayService `{}` upgrades incrementally, so KubeRay makes a Service per cluster and ignores `serveService`",
        service.name()
    );
    findings
        .object(service, pointer, message)
        .add_label(service.span("/spec/upgradeStrategy/type"), "the upgrade")
        .add_help("take it out (`serve-service` in a spec), or upgrade with `NewCluster`");
}
