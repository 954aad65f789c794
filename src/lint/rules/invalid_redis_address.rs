//! Addresses of Redis that Ray cannot read.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::{Check, Findings, Group, RayCluster, Rule};

pub(super) static RULE: Rule = Rule {
    name: "invalid-redis-address",
    group: Group::Ray,
    summary: "the address of Redis is none that Ray can read",
    severity: Severity::Error,
    page: include_str!("invalid_redis_address.md"),
    check: Check::RayCluster(check),
};

const PLACE: &str = "/gcsFaultToleranceOptions/redisAddress";

fn check(cluster: &RayCluster<'_>, findings: &mut Findings<'_>) {
    let Some(addresses) = cluster.get(PLACE).and_then(Value::as_str).filter(|text| !text.is_empty()) else { return };
    let Some((message, help)) = addresses.split(',').find_map(problem) else { return };
    findings.cluster(cluster, PLACE, message).add_help(help);
}

/// What is wrong with one address, and what to do. A login is not repeated.
fn problem(address: &str) -> Option<(String, &'static str)> {
    let (scheme, place) = address.split_once("://").unwrap_or(("redis", address));
    if !matches!(scheme, "redis" | "rediss") {
        let message = format!("the address of Redis begins with `{scheme}://`, which Ray does not know");
        return Some((message, "write `redis://`, or `rediss://` for TLS"));
    }
    if place.contains('@') {
        let help = "use `redisUsername` and `redisPassword`, which read a Secret";
        return Some(("the address of Redis has a login in it, which Ray does not read".to_owned(), help));
    }
    let port = place.rsplit_once(':').map(|(_, port)| port).unwrap_or_default();
    if place.contains('/') || port.parse::<u16>().is_err() {
        let message = format!("`{address}` is no address of Redis: Ray reads a host and a port");
        return Some((message, "write `host:port`; Redis' usual port is 6379"));
    }
    None
}
