//! An environment whose versions are not known.

use crate::diagnostic::Severity;
use crate::lint::{Check, Group, Rule};

pub(super) static RULE: Rule = Rule {
    name: "missing-version",
    group: Group::Workspace,
    summary: "nothing says which version of Kubernetes, KubeRay or Karpenter an environment runs",
    severity: Severity::Error,
    page: include_str!("missing_version.md"),
    check: Check::Stage,
};
