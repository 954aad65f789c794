//! A ServiceMonitor that scrapes nothing.

use crate::diagnostic::Severity;
use crate::lint::monitoring::{is_about_ray, selected, shown, within};
use crate::lint::{Check, Findings, Group, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "dangling-service-monitor",
    group: Group::Monitoring,
    summary: "a ServiceMonitor selects no Service",
    severity: Severity::Warning,
    page: include_str!("dangling_service_monitor.md"),
    check: Check::Everything(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    if subject.of_kind("ServiceMonitor").next().is_none() {
        return;
    }
    let services = subject.service_targets();
    for monitor in subject.of_kind("ServiceMonitor") {
        let selector = monitor.get("/spec/selector");
        let judged = is_about_ray(monitor, selector) && !within(monitor, services).is_empty();
        if !judged || !selected(monitor, services).is_empty() {
            continue;
        }
        let message = format!(
            "ServiceMonitor `{}` selects Services with `{}`, and there is none in `{}`",
            monitor.name(),
            shown(selector),
            monitor.namespace()
        );
        let labels = monitor.get("/spec/selector/matchLabels").and_then(|labels| labels.as_object());
        let wrong = labels.into_iter().flatten().find(|(key, value)| {
            let targets = within(monitor, services);
            !targets.iter().any(|each| each.labels.get(key).is_some_and(|own| own.as_deref() == value.as_str()))
        });
        let pointer = wrong.map_or_else(
            || "/spec/selector".to_owned(),
            |(key, _)| format!("/spec/selector/matchLabels/{}", crate::lint::karpenter::token(key)),
        );
        let diagnostic = findings.object(monitor, &pointer, message);
        diagnostic
            .add_help("KubeRay's Services of heads carry `ray.io/cluster: <RayCluster>` and `ray.io/node-type: head`");
        diagnostic.add_help("workers have no Service: use a PodMonitor for them");
    }
}
