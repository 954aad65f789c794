//! Services and jobs whose token nobody can know, so that they run without one.

use crate::diagnostic::Severity;
use crate::lint::{Check, Findings, Group, Rule};
use crate::resolve::Team;
use crate::spec::{AuthMode, WorkloadKind};

pub(super) static RULE: Rule = Rule {
    name: "missing-auth-secret",
    group: Group::Security,
    summary: "a service or a job names no Secret with a token, so Ray asks for none that people could know",
    severity: Severity::Warning,
    page: include_str!("missing_auth_secret.md"),
    check: Check::Team(check),
};

/// The first Ray that checks tokens, and the first KubeRay that takes a Secret's name (`authOptions.secretName`).
const RAY: semver::Version = semver::Version::new(2, 52, 0);
const KUBERAY: semver::Version = semver::Version::new(1, 6, 0);

fn check(team: &Team, findings: &mut Findings<'_>) {
    for workload in team.workloads.iter().filter(|workload| workload.kind != WorkloadKind::Cluster) {
        let noun = format!("{} `{}`", workload.kind.noun(), workload.key);
        let message = match &workload.auth {
            Some(auth) if auth.mode == AuthMode::Token && auth.secret.is_none() => {
                format!(
                    "{noun} asks for a token that KubeRay makes anew for each of its clusters, under the cluster's name"
                )
            }
            None => format!("{noun} runs without token authentication: who reaches its head may run code there"),
            Some(_) => continue,
        };
        let found = findings.report(team.values.key_span(&workload.path.join("auth")), message);
        let kuberay = &team.environment.releases.kuberay;
        if workload.ray_version.triple() >= RAY && *kuberay >= KUBERAY {
            found.add_help(
                "write `auth.secret = \"…\"`, the name of a Secret with the key `auth_token`, or `auth.mode = \"disabled\"` beside `network-policy = \"ingress\"`",
            );
        } else {
            found.add_help(
                "upgrade to Ray 2.52 and KubeRay 1.6 and name a Secret with `auth.secret`, or write `auth.mode = \"disabled\"` beside `network-policy = \"ingress\"`",
            );
        }
    }
}
