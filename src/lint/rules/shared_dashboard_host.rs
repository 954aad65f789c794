//! One login for two dashboards.

use std::collections::BTreeMap;

use crate::diagnostic::Severity;
use crate::lint::exposure::{Exposure, Port, asks_for_token};
use crate::lint::{Check, Findings, Group, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "shared-dashboard-host",
    group: Group::Security,
    summary: "two dashboards share a host, and so a login cookie",
    severity: Severity::Warning,
    page: include_str!("shared_dashboard_host.md"),
    check: Check::Everything(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let mut hosts: BTreeMap<(String, String), &Exposure<'_>> = BTreeMap::new();
    for exposure in subject.exposures().iter().filter(|exposure| exposure.port == Port::Dashboard) {
        let key = (exposure.ingress.environment_name.to_owned(), exposure.host.to_owned());
        let Some(first) = hosts.get(&key) else {
            hosts.insert(key, exposure);
            continue;
        };
        let (one, two) = (&first.cluster.object, &exposure.cluster.object);
        let same_path = first.path == exposure.path;
        let guarded = asks_for_token(&first.cluster) && asks_for_token(&exposure.cluster);
        if exposure.host.is_empty()
            || same_path
            || !guarded
            || (one.namespace(), one.name()) == (two.namespace(), two.name())
        {
            continue;
        }
        let message = format!(
            "the dashboards of `{}` and `{}` share the host `{}`, and so one login cookie",
            one.name(),
            two.name(),
            exposure.host
        );
        let other = first.ingress.span(&first.host_pointer);
        findings
            .object(&exposure.ingress, &exposure.host_pointer, message)
            .add_label(other, "the other one")
            .add_help("give each a host of its own: leave `host` and `path` out");
    }
}
