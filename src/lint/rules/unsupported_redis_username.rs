//! Users of Redis that Ray does not know.

use semver::Version;

use crate::diagnostic::Severity;
use crate::lint::ray;
use crate::lint::{Check, Findings, Group, RayCluster, Rule};

pub(super) static RULE: Rule = Rule {
    name: "unsupported-redis-username",
    group: Group::Ray,
    summary: "Redis has a user, which this Ray cannot log in as",
    severity: Severity::Error,
    page: include_str!("unsupported_redis_username.md"),
    check: Check::RayCluster(check),
};

/// First Ray with `--redis-username`.
const SINCE: Version = Version::new(2, 41, 0);

fn check(cluster: &RayCluster<'_>, findings: &mut Findings<'_>) {
    const PLACE: &str = "/gcsFaultToleranceOptions/redisUsername";
    let Some(version) = cluster.ray_version().filter(|version| *version < SINCE) else { return };
    if !ray::is_set(cluster.get(PLACE)) {
        return;
    }
    let message = format!("Redis has a user, but Ray {version} knows no users of Redis before {SINCE}");
    findings
        .cluster(cluster, PLACE, message)
        .add_label(cluster.object.span(&cluster.at("/rayVersion")), "Ray's version")
        .add_help(format!("upgrade Ray to {SINCE}, or give the password of Redis' default user alone"));
}
