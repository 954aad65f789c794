//! A dashboard that anyone may use.

use crate::diagnostic::{Diagnostic, Fix, Severity};
use crate::json::Value;
use crate::lint::exposure::{Exposure, Port, asks_for_token, asks_who, faces_the_internet, knows_tokens};
use crate::lint::{Check, Findings, Group, RayCluster, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "unauthenticated-dashboard",
    group: Group::Security,
    summary: "a dashboard is exposed and asks nobody who they are",
    severity: Severity::Error,
    page: include_str!("unauthenticated_dashboard.md"),
    check: Check::Everything(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let open = |exposure: &&Exposure<'_>| {
        exposure.port == Port::Dashboard && !asks_for_token(&exposure.cluster) && !asks_who(&exposure.ingress)
    };
    for exposure in subject.exposures().iter().filter(open) {
        let reach = if faces_the_internet(&exposure.ingress) { " on the internet" } else { "" };
        let host = if exposure.host.is_empty() { "every host" } else { exposure.host };
        let message = format!(
            "the dashboard of `{}` is exposed at `{host}`{reach} without authentication",
            exposure.cluster.object.name()
        );
        let found = findings.object(&exposure.ingress, &exposure.backend_pointer, message);
        advise(found, &exposure.cluster);
    }
    for object in &subject.objects {
        for cluster in object.ray_clusters().into_iter().filter(|cluster| !asks_for_token(cluster)) {
            of_cluster(&cluster, findings);
        }
    }
}

/// What the operator itself exposes.
fn of_cluster(cluster: &RayCluster<'_>, findings: &mut Findings<'_>) {
    let name = cluster.object.name();
    for pointer in ["/headGroupSpec/serviceType", "/headGroupSpec/headService/spec/type"] {
        let kind = cluster.get(pointer).and_then(Value::as_str);
        if let Some(kind @ ("LoadBalancer" | "NodePort")) = kind {
            let message = format!(
                "the head of `{name}` has a {kind} Service, which exposes its dashboard without authentication"
            );
            advise(findings.cluster(cluster, pointer, message), cluster);
        }
    }
    if cluster.get("/headGroupSpec/enableIngress") == Some(&Value::Bool(true)) && !asks_who(&cluster.object) {
        let message = format!("the operator's Ingress exposes the dashboard of `{name}` without authentication");
        advise(findings.cluster(cluster, "/headGroupSpec/enableIngress", message), cluster);
    }
}

fn advise(found: &mut Diagnostic, cluster: &RayCluster<'_>) {
    let place = cluster.object.span(&cluster.at("/authOptions/mode"));
    if cluster.get("/authOptions/mode").is_some() && found.span != Some(place) {
        found.add_label(place, "Ray asks for no token");
    }
    if !knows_tokens(cluster) {
        found.add_help("upgrade to Ray 2.52 and KubeRay 1.5.1 for token authentication, or have the load balancer ask");
        return;
    }
    if cluster.object.kind() != "RayCluster" {
        // The operator's own Secrets are named like clusters, whose names nobody knows before.
        found.add_help("let Ray ask for a token: `auth = { mode = \"token\", secret = \"…\" }` names a Secret with the key `auth_token`");
        return;
    }
    found.add_help("let Ray ask for a token: `auth = { mode = \"token\" }` (`authOptions.mode: token`)");
    let Some(manifest) = cluster.object.manifest() else { return };
    if let Some(team) = &manifest.team {
        let keys = manifest.place(&cluster.at("/authOptions/mode")).keys().map(str::to_owned).collect();
        found.add_fix(Fix::Set { team: team.clone(), keys, value: "\"token\"".to_owned() });
    }
}
