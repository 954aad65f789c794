//! A port that is not there.

use std::collections::BTreeSet;

use crate::diagnostic::{Severity, did_you_mean};
use crate::lint::monitoring::{endpoints, is_about_ray, selected};
use crate::lint::{Check, Findings, Group, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "unscraped-port",
    group: Group::Monitoring,
    summary: "a monitor names a port that its targets do not have",
    severity: Severity::Warning,
    page: include_str!("unscraped_port.md"),
    check: Check::Everything(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let (pods, services) = (subject.pod_targets(), subject.service_targets());
    for monitor in subject.objects.iter().filter(|each| matches!(each.kind(), "PodMonitor" | "ServiceMonitor")) {
        let targets = selected(monitor, if monitor.kind() == "PodMonitor" { pods } else { services });
        // A monitor without targets is a problem of its own.
        if targets.is_empty() || !is_about_ray(monitor, monitor.get("/spec/selector")) {
            continue;
        }
        let (list, endpoints) = endpoints(monitor);
        for (index, endpoint) in endpoints {
            let Some(port) = endpoint["port"].as_str() else { continue };
            if targets.iter().any(|target| target.ports.contains(port)) {
                continue;
            }
            let known = targets.iter().flat_map(|target| target.ports.iter().copied());
            let help = if let Some(close) = did_you_mean(port, known.clone()) {
                format!("did you mean `{close}`?")
            } else {
                let known: BTreeSet<String> = known.map(|port| format!("`{port}`")).collect();
                format!("there are {}", known.into_iter().collect::<Vec<_>>().join(", "))
            };
            let message = format!(
                "{} `{}` scrapes port `{port}`, which nothing that it selects has",
                monitor.kind(),
                monitor.name()
            );
            findings.object(monitor, &format!("{list}/{index}/port"), message).add_help(help);
        }
    }
}
