//! A head on nodes that expire.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::karpenter::{protected, set};
use crate::lint::{Check, Findings, Group, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "expiring-head",
    group: Group::Karpenter,
    summary: "the node of a head expires, although the head must not be disrupted",
    severity: Severity::Error,
    page: include_str!("expiring_head.md"),
    check: Check::Everything(check),
};

const EXPIRE: &str = "/spec/template/spec/expireAfter";
const GRACE: &str = "/spec/template/spec/terminationGracePeriod";

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for pool in subject.of_kind("NodePool") {
        let mut pods = subject.pods_of_pool(pool);
        let Some(head) = pods.find(|pod| pod.role == "head" && protected(pod)) else { continue };
        // Karpenter's own default (CRD `karpenter.sh_nodepools.yaml`, v1.14).
        let expire = pool.get(EXPIRE).and_then(Value::as_str).unwrap_or("720h");
        let grace = pool.get(GRACE).and_then(Value::as_str);
        let (pointer, value, message) = match (expire, grace) {
            ("Never", None) => continue,
            ("Never", Some(grace)) => (
                GRACE,
                "\"Never\"",
                format!("with `terminationGracePeriod: {grace}` drift ignores that the head is not to be disrupted"),
            ),
            (_, Some(grace)) => (
                EXPIRE,
                "\"Never\"",
                format!("its nodes expire after {expire}, and {grace} later the head is killed with its cluster"),
            ),
            (_, None) => (
                EXPIRE,
                "\"Never\"",
                format!("its nodes expire after {expire}, are drained but for the head, and stay half alive for ever"),
            ),
        };
        let message = format!("NodePool `{}` runs the head of `{}`: {message}", pool.name(), head.object.name());
        let diagnostic = findings.object(pool, pointer, message).add_help(
            "write `expire-after = \"Never\"` (`expireAfter`) and no `termination-grace-period` for pools of heads",
        );
        if let Some(fix) = set(pool, pointer, value) {
            diagnostic.add_fix(fix);
        }
    }
}
