//! Keys of Serve that nobody reads any more.

use crate::diagnostic::Severity;
use crate::lint::serve::ServeConfig;
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "removed-serve-key",
    group: Group::Ray,
    summary: "a Serve configuration has a key that Ray took out",
    severity: Severity::Warning,
    page: include_str!("removed_serve_key.md"),
    check: Check::Object(&["RayService"], check),
};

/// Old keys and what replaced them (Ray 2.10 release notes).
const REMOVED: [(&str, &str); 2] = [
    ("max_concurrent_queries", "max_ongoing_requests"),
    ("target_num_ongoing_requests_per_replica", "target_ongoing_requests"),
];

fn check(service: &Object<'_>, findings: &mut Findings<'_>) {
    let Some(config) = ServeConfig::read(service) else { return };
    for (pointer, key) in config.keys() {
        let Some((old, new)) = REMOVED.iter().find(|(old, _)| *old == key) else { continue };
        let message = format!(
            "the Serve configuration of RayService `{}` has `{old}`, which Ray no longer reads",
            service.name()
        );
        findings.report(config.span(&pointer), message).add_help(format!("write `{new}`"));
    }
}
