//! A Redis that anybody may write.

use crate::diagnostic::Severity;
use crate::lint::ray;
use crate::lint::{Check, Findings, Group, RayCluster, Rule};

pub(super) static RULE: Rule = Rule {
    name: "passwordless-redis",
    group: Group::Security,
    summary: "GCS fault tolerance uses a Redis without a password",
    severity: Severity::Warning,
    page: include_str!("passwordless_redis.md"),
    check: Check::RayCluster(check),
};

/// A Redis beside the head is the pod's own.
const OWN: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

fn check(cluster: &RayCluster<'_>, findings: &mut Findings<'_>) {
    let Some(options) = cluster.get("/gcsFaultToleranceOptions").filter(|options| options.is_object()) else { return };
    let Some(address) = options["redisAddress"].as_str().filter(|address| !address.is_empty()) else { return };
    let (_, host) = address.split_once("://").unwrap_or(("", address));
    if ray::is_set(options.get("redisPassword")) || OWN.iter().any(|own| host.starts_with(own)) {
        return;
    }
    let message = format!(
        "{} `{}` keeps the state of its GCS in Redis `{address}` without a password",
        cluster.object.kind(),
        cluster.object.name()
    );
    findings
        .cluster(cluster, "/gcsFaultToleranceOptions/redisAddress", message)
        .add_help("write `fault-tolerance.password = { secret = \"redis\", key = \"password\" }` (`redisPassword`)");
}
