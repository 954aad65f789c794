//! More requirements than a NodeClaim takes.

use crate::diagnostic::Severity;
use crate::lint::karpenter::{REQUIREMENTS, entries, items};
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "too-many-requirements",
    group: Group::Karpenter,
    summary: "requirements and labels of a pool are more than a NodeClaim takes",
    severity: Severity::Error,
    page: include_str!("too_many_requirements.md"),
    check: Check::Object(&["NodePool"], check),
};

const LABELS: &str = "/spec/template/metadata/labels";
/// Items of a NodeClaim's requirements (CRD `karpenter.sh_nodeclaims.yaml`, v1.14).
const MOST: usize = 100;
/// The pool, the class, the capacity type and the instance type, which Karpenter adds.
const ADDED: usize = 4;

fn check(pool: &Object<'_>, findings: &mut Findings<'_>) {
    let requirements = items(pool, REQUIREMENTS).count();
    let labels = entries(pool, LABELS).count();
    // Longer lists of requirements and larger tables of labels are refused by the API server.
    if requirements + labels + ADDED <= MOST || requirements > MOST || labels > MOST {
        return;
    }
    let message = format!(
        "NodePool `{}` has {requirements} requirements and {labels} labels, but a NodeClaim takes {} of both together",
        pool.name(),
        MOST - ADDED
    );
    let pointer = if labels > requirements { LABELS } else { REQUIREMENTS };
    findings.object(pool, pointer, message).add_help("take labels out: each of them becomes a requirement");
}
