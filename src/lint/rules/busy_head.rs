//! Heads that work.

use crate::diagnostic::Severity;
use crate::lint::ray;
use crate::lint::{Check, Findings, Group, RayCluster, Rule};

pub(super) static RULE: Rule = Rule {
    name: "busy-head",
    group: Group::Ray,
    summary: "the head runs tasks beside the control plane of its cluster",
    severity: Severity::Warning,
    page: include_str!("busy_head.md"),
    check: Check::RayCluster(check),
};

fn check(cluster: &RayCluster<'_>, findings: &mut Findings<'_>) {
    if cluster.groups().next().is_none() {
        return;
    }
    let Some(head) = cluster.get("/headGroupSpec") else { return };
    let param = head["rayStartParams"]["num-cpus"].as_str();
    let resources = head["resources"].as_object();
    let logical = resources.and_then(|all| all.iter().find(|(name, _)| name.eq_ignore_ascii_case("cpu"))?.1.as_str());
    if param == Some("0") || logical == Some("0") {
        return;
    }
    let message = match param.or(logical) {
        Some(cpus) => format!("the head offers {cpus} CPUs to tasks, beside the GCS, though there are workers"),
        None => "the head offers all its CPUs to tasks, beside the GCS, though there are workers".to_owned(),
    };
    let pointer = "/headGroupSpec/rayStartParams/num-cpus";
    let at = cluster.at("/headGroupSpec");
    let fix = ray::set_fix(&cluster.object, &at, &["ray-start-params", "num-cpus"], "\"0\"");
    let diagnostic = findings.cluster(cluster, pointer, message);
    diagnostic.add_help("write `ray-start-params.num-cpus = \"0\"` for the head (`rayStartParams: {num-cpus: \"0\"}`)");
    if let Some(fix) = fix {
        diagnostic.add_fix(fix);
    }
}
