//! Ingresses to a Service of Serve that is never made.

use crate::diagnostic::Severity;
use crate::lint::serve::upgrades_incrementally;
use crate::lint::{Check, Findings, Group, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "dangling-serve-ingress",
    group: Group::Network,
    summary: "an Ingress leads to the Serve of a RayService whose traffic comes by a Gateway",
    severity: Severity::Error,
    page: include_str!("dangling_serve_ingress.md"),
    check: Check::Everything(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for exposure in subject.exposures() {
        let service = &exposure.cluster.object;
        if !upgrades_incrementally(service) || exposure.service != format!("{}-serve-svc", service.name()) {
            continue;
        }
        let message = format!(
            "{} `{}` leads to `{}`, which KubeRay does not make for a RayService that upgrades incrementally",
            exposure.ingress.kind(),
            exposure.ingress.name(),
            exposure.service
        );
        findings
            .object(&exposure.ingress, &exposure.backend_pointer, message)
            .add_label(service.span("/spec/upgradeStrategy/type"), "the upgrade")
            .add_help(format!(
                "take it out (`serve` of `expose` in a spec), and send requests to the Gateway `{}-gateway`, or upgrade with `NewCluster`",
                service.name()
            ));
    }
}
