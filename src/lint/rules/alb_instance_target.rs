//! Node ports that do not exist.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::exposure::{Controller, annotation, annotation_pointer, controller};
use crate::lint::{Check, Findings, Group, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "alb-instance-target",
    group: Group::Network,
    summary: "an ALB targets node ports of a Service that has none",
    severity: Severity::Error,
    page: include_str!("alb_instance_target.md"),
    check: Check::Everything(check),
};

const TARGET: &str = "alb.ingress.kubernetes.io/target-type";

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let mut last = None;
    for exposure in subject.exposures() {
        let ingress = &exposure.ingress;
        let target = annotation(ingress, TARGET);
        let by_node = target.is_none_or(|target| target == "instance");
        let on_nodes = ["/headGroupSpec/serviceType", "/headGroupSpec/headService/spec/type"].iter().any(|pointer| {
            matches!(exposure.cluster.get(pointer).and_then(Value::as_str), Some("NodePort" | "LoadBalancer"))
        });
        let place = (ingress.environment_name, ingress.namespace(), ingress.name());
        if !by_node || on_nodes || controller(ingress) != Controller::Alb || last == Some(place) {
            continue;
        }
        last = Some(place);
        let how = if target.is_some() { "targets" } else { "does not say `target-type`, so its ALB targets" };
        let message =
            format!("Ingress `{}` {how} nodes, but Service `{}` has no node ports", ingress.name(), exposure.service);
        findings
            .object(ingress, &annotation_pointer(TARGET), message)
            .add_help("set the annotation `alb.ingress.kubernetes.io/target-type` to `ip`");
    }
}
