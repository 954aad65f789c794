//! A head that is scraped twice.

use std::collections::BTreeMap;

use crate::diagnostic::Severity;
use crate::lint::monitoring::{endpoints, selected};
use crate::lint::{Check, Findings, Group, Object, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "double-counted-head",
    group: Group::Monitoring,
    summary: "a head is scraped twice, so its metrics count double",
    severity: Severity::Warning,
    page: include_str!("double_counted_head.md"),
    check: Check::Everything(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let (pods, services) = (subject.pod_targets(), subject.service_targets());
    let mut scraped: BTreeMap<_, &Object<'_>> = BTreeMap::new();
    for monitor in subject.objects.iter().filter(|each| matches!(each.kind(), "PodMonitor" | "ServiceMonitor")) {
        let targets = if monitor.kind() == "PodMonitor" { pods } else { services };
        let ports: Vec<&str> = endpoints(monitor).1.iter().filter_map(|(_, each)| each["port"].as_str()).collect();
        let mut twice = None;
        for target in selected(monitor, targets) {
            let Some(head) = target.head_of else { continue };
            for port in ports.iter().filter(|port| target.ports.contains(**port)) {
                let place = (monitor.environment_name, target.namespace, head, *port);
                if let Some(first) = scraped.insert(place, monitor) {
                    twice.get_or_insert((head, *port, first));
                }
            }
        }
        let Some(([kind, name], port, first)) = twice else { continue };
        let itself = first.kind() == monitor.kind() && first.name() == monitor.name();
        let how = if itself {
            "through two Services".to_owned()
        } else {
            format!("as {} `{}` does", first.kind(), first.name())
        };
        let message = format!(
            "{} `{}` scrapes port `{port}` of the head of {kind} `{name}`, {how}",
            monitor.kind(),
            monitor.name()
        );
        let place = first.span("/spec/selector");
        let diagnostic = findings.object(monitor, "/spec/selector/matchLabels/ray.io~1node-type", message);
        if itself {
            diagnostic.add_help("use a PodMonitor for the heads of a RayService");
        } else {
            diagnostic.add_label(place, "the other one").add_help("select `ray.io/node-type: worker` in one of them");
        }
    }
}
