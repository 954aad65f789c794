//! A login that nobody can ask for.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "incomplete-ingress-auth",
    group: Group::Security,
    summary: "people are to log in, but the load balancer does not know how",
    severity: Severity::Error,
    page: include_str!("incomplete_ingress_auth.md"),
    check: Check::Stage,
};
