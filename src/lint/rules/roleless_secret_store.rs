//! Stores that read with an identity without rights.

use crate::diagnostic::Severity;
use crate::lint::{Check, Findings, Group, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "roleless-secret-store",
    group: Group::Security,
    summary: "a SecretStore reads as a ServiceAccount that has no IAM role",
    severity: Severity::Error,
    page: include_str!("roleless_secret_store.md"),
    check: Check::Everything(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for store in subject.of_kind("SecretStore") {
        let pointer = "/spec/provider/aws/auth/jwt/serviceAccountRef/name";
        let name = store.text(pointer);
        let account = subject.beside(store).find(|other| other.kind() == "ServiceAccount" && other.name() == name);
        let role = |account: &crate::lint::Object<'_>| {
            !account.text("/metadata/annotations/eks.amazonaws.com~1role-arn").is_empty()
        };
        if account.is_none_or(role) {
            continue;
        }
        let message = format!("SecretStore `{}` reads as ServiceAccount `{name}`, which has no IAM role", store.name());
        findings.object(store, pointer, message).add_help(
            "give the ServiceAccount a `role-arn`, or let the operator read with its own: `identity = \"operator\"`",
        );
    }
}
