//! Token authentication that Ray does not know.

use crate::diagnostic::Severity;
use crate::lint::{Check, Findings, Group, RayCluster, Rule};
use semver::Version;

use crate::json::Value;

pub(super) static RULE: Rule = Rule {
    name: "unsupported-token-auth",
    group: Group::Ray,
    summary: "token authentication needs a newer or a stated version of Ray",
    severity: Severity::Error,
    page: include_str!("unsupported_token_auth.md"),
    check: Check::RayCluster(check),
};

/// First Ray that checks tokens (KubeRay `utils/validation.go`, v1.7.0).
const TOKEN: Version = Version::new(2, 52, 0);
/// First Ray that asks Kubernetes about them.
const KUBERNETES: Version = Version::new(2, 55, 0);

fn check(cluster: &RayCluster<'_>, findings: &mut Findings<'_>) {
    let Some(options) = cluster.get("/authOptions").filter(|options| options.is_object()) else { return };
    let kubernetes = options["enableK8sTokenAuth"] == true;
    let token = options["mode"] == "token";
    if token || kubernetes {
        let (since, place) =
            if kubernetes { (KUBERNETES, "/authOptions/enableK8sTokenAuth") } else { (TOKEN, "/authOptions/mode") };
        let written = cluster.get("/rayVersion").and_then(Value::as_str).unwrap_or_default();
        let found = match cluster.ray_version() {
            Some(version) if version >= since => None,
            _ if written.is_empty() => Some("the cluster does not say its Ray version".to_owned()),
            None => Some(format!("`rayVersion: {written}` is no version")),
            Some(version) => Some(format!("the cluster runs Ray {version}")),
        };
        if let Some(found) = found {
            let message = format!("token authentication needs Ray {since}, but {found}: KubeRay refuses it");
            findings
                .cluster(cluster, place, message)
                .add_label(cluster.object.span(&cluster.at("/rayVersion")), "Ray's version")
                .add_help(format!(
                    "upgrade Ray to {since}, or write `auth.mode = \"disabled\"` behind another authentication"
                ));
        }
    }
    if !kubernetes {
        return;
    }
    let mut report = |place: &str, message: &str, help: &str| {
        findings.cluster(cluster, place, message).add_help(help);
    };
    if cluster.object.kind() != "RayCluster" {
        let message = "`enableK8sTokenAuth` works for standalone RayClusters only: KubeRay refuses it here";
        report("/authOptions/enableK8sTokenAuth", message, "take it out and keep `mode: token`");
    }
    if !token {
        let message = "`enableK8sTokenAuth` needs `mode: token`: KubeRay refuses the cluster";
        report("/authOptions/enableK8sTokenAuth", message, "set the mode to `token`");
    }
    if options["secretName"].as_str().is_some_and(|name| !name.is_empty()) {
        let message = "`enableK8sTokenAuth` and `secretName` exclude each other: KubeRay refuses the cluster";
        report("/authOptions/secretName", message, "take one of them out");
    }
}
