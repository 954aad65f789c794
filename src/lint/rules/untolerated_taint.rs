//! Taints that keep pods off their pool.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::placement::{same_owner, shown_taint, tolerates};
use crate::lint::{Check, Findings, Group, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "untolerated-taint",
    group: Group::Capacity,
    summary: "a pod does not tolerate a taint of the pool it selects",
    severity: Severity::Error,
    page: include_str!("untolerated_taint.md"),
    check: Check::Everything(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let pools = subject.node_pools();
    for pod in subject.pods() {
        let Some(pool) = pools.selected_by(pod) else { continue };
        let taints = pool.get("/spec/template/spec/taints").and_then(Value::as_array);
        for (index, taint) in taints.into_iter().flatten().enumerate() {
            if taint["effect"] == "PreferNoSchedule" || tolerates(pod, taint) {
                continue;
            }
            let message = format!(
                "{} of `{}` selects NodePool `{}`, but does not tolerate its taint `{}`",
                pod.what(),
                pod.object.name(),
                pool.name(),
                shown_taint(taint)
            );
            let pointer = format!("/spec/template/spec/taints/{index}");
            let found = if same_owner(pool, pod) {
                findings.object(pool, &pointer, message)
            } else {
                findings.pod(pod, "/spec/tolerations", message).add_label(pool.span(&pointer), "the taint")
            };
            found.add_help("add a toleration for it, or take the taint off the pool");
        }
    }
}
