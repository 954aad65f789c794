//! A Secret that is kept nowhere.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "missing-secret-store",
    group: Group::Security,
    summary: "a secret names no store, and its environment has none",
    severity: Severity::Error,
    page: include_str!("missing_secret_store.md"),
    check: Check::Stage,
};
