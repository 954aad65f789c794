//! Nodes that take pods before they can mount FSx.

use crate::diagnostic::Severity;
use crate::lint::karpenter::items;
use crate::lint::placement::same_owner;
use crate::lint::storage::{FSX, claimed};
use crate::lint::{Check, Findings, Group, Rule, Subject};
use crate::resolve::FSX_STARTUP_TAINT;

pub(super) static RULE: Rule = Rule {
    name: "missing-fsx-startup-taint",
    group: Group::Storage,
    summary: "a pool whose pods mount FSx for Lustre does not wait for the driver",
    severity: Severity::Warning,
    page: include_str!("missing_fsx_startup_taint.md"),
    check: Check::Everything(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let (claims, pools) = (subject.claims(), subject.node_pools());
    for pod in subject.pods() {
        let fsx = |name| claims.get(pod, name).is_some_and(|claim| claim.driver() == Some(FSX));
        let Some((index, _, claim)) = claimed(pod).find(|(_, _, claim)| fsx(claim)) else { continue };
        let Some(pool) = pools.selected_by(pod) else { continue };
        let taints =
            |key| items(pool, &format!("/spec/template/spec/{key}")).any(|(_, each)| each["key"] == FSX_STARTUP_TAINT);
        if taints("startupTaints") {
            continue;
        }
        let message = format!(
            "{} of `{}` mounts FSx for Lustre claim `{claim}`, but nodes of `{}` take pods before the driver is ready",
            pod.what(),
            pod.object.name(),
            pool.name()
        );
        let help = format!(
            "add `{{ key = \"{FSX_STARTUP_TAINT}\", effect = \"NoExecute\" }}` to `node-pool.startup-taints` of the pool"
        );
        if same_owner(pool, pod) {
            findings.object(pool, "/spec/template/spec/startupTaints", message).add_help(help);
        } else {
            let span = pool.span("/spec/template/spec/startupTaints");
            findings.pod(pod, &format!("/spec/volumes/{index}"), message).add_help(help).add_label(span, "the pool");
        }
    }
}
