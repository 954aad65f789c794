//! Authentication that looks on and is off.

use crate::diagnostic::Severity;
use crate::lint::{Check, Findings, Group, RayCluster, Rule};

pub(super) static RULE: Rule = Rule {
    name: "modeless-auth",
    group: Group::Security,
    summary: "authentication is set up without a mode, so that no pod asks for a token",
    severity: Severity::Error,
    page: include_str!("modeless_auth.md"),
    check: Check::RayCluster(check),
};

fn check(cluster: &RayCluster<'_>, findings: &mut Findings<'_>) {
    let Some(options) = cluster.get("/authOptions").filter(|options| options.is_object()) else { return };
    if options["mode"].as_str().is_some_and(|mode| !mode.is_empty()) || options["enableK8sTokenAuth"] == true {
        return;
    }
    let message =
        "`authOptions` has no mode: KubeRay makes the token's Secret, but the pods run without authentication";
    findings
        .cluster(cluster, "/authOptions/mode", message)
        .add_help("write `auth.mode = \"token\"` (`authOptions.mode`)");
}
