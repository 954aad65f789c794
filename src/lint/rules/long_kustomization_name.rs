//! Names that Flux cannot write into a label.

use crate::diagnostic::Severity;
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "long-kustomization-name",
    group: Group::GitOps,
    summary: "the name of a Kustomization is longer than the label that Flux puts on its objects",
    severity: Severity::Error,
    page: include_str!("long_kustomization_name.md"),
    check: Check::Object(&["Kustomization"], check),
};

/// The longest value of a label.
const LONGEST: usize = 63;

fn check(kustomization: &Object<'_>, findings: &mut Findings<'_>) {
    let name = kustomization.name();
    if !kustomization.text("/apiVersion").starts_with("kustomize.toolkit.fluxcd.io/") || name.len() <= LONGEST {
        return;
    }
    let message = format!(
        "the name `{name}` has {} characters, but Flux labels every object with it, and a label takes {LONGEST}",
        name.len()
    );
    findings
        .object(kustomization, "/metadata/name", message)
        .add_help("shorten it; raygen's are `<project>-<team>`, with `gitops.project` of the environment");
}
