//! Objects whose name the API server makes up.

use crate::diagnostic::Severity;
use crate::lint::gitops::HOOK;
use crate::lint::{Check, Findings, Group, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "generate-name",
    group: Group::GitOps,
    summary: "an object has no name, so nothing can apply it",
    severity: Severity::Warning,
    page: include_str!("generate_name.md"),
    check: Check::Everything(check),
};

const GENERATE_NAME: &str = "/metadata/generateName";

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let unnamed = |object: &&crate::lint::Object<'_>| {
        object.name().is_empty() && !object.text(GENERATE_NAME).is_empty() && object.text(HOOK).is_empty()
    };
    for object in subject.objects.iter().filter(unnamed) {
        let message = format!(
            "this {} is named by `generateName`: `kubectl apply`, Argo CD and Flux need a `name`",
            object.kind()
        );
        findings
            .object(object, GENERATE_NAME, message)
            .add_help("give it a `name`; a job that is to run again needs a new one, such as one with a date");
    }
}
