//! Variables that reach the cluster as they are, or do not reach the shell that was to read them.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::gitops::kustomizations;
use crate::lint::karpenter::{entries, token};
use crate::lint::{Check, Findings, Group, Object, Rule, Subject};
use crate::schema::catalog::CATALOG;

pub(super) static RULE: Rule = Rule {
    name: "unsubstituted-variable",
    group: Group::GitOps,
    summary: "a `${VARIABLE}` stands where nothing replaces it, or where Flux takes it from the shell",
    severity: Severity::Warning,
    page: include_str!("unsubstituted_variable.md"),
    check: Check::Everything(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let substitution = Substitution::of(subject);
    for object in subject.objects.iter().filter(|object| has_variable(object.value) && is_judged(object)) {
        let mut found = Vec::new();
        collect(object.value, &mut String::new(), &mut found);
        for (pointer, name) in found {
            report(object, &pointer, name, &substitution, findings);
        }
    }
}

/// Whether anything in an object looks like a variable. Nearly nothing does.
fn has_variable(value: &Value) -> bool {
    match value {
        // One byte is found faster than two, and hardly any text has it.
        Value::String(text) => text.contains('$') && text.contains("${"),
        Value::Array(items) => items.iter().any(has_variable),
        Value::Object(fields) => fields.values().any(has_variable),
        _ => false,
    }
}

/// Kinds whose fields are known: others have languages of their own, such as kro's `${schema.spec}`. What a Kustomization
/// says about variables is meant so.
fn is_judged(object: &Object<'_>) -> bool {
    let (api_version, kind) = (object.text("/apiVersion"), object.kind());
    CATALOG.iter().any(|known| known.api_version == api_version && known.kind == kind) && kind != "Kustomization"
}

/// What the Kustomizations of Flux replace (`spec.postBuild`).
#[derive(Default)]
struct Substitution<'a> {
    /// Whether any of them replaces something.
    replaces: bool,
    /// The variables that are known; more may come from Secrets and ConfigMaps.
    names: BTreeSet<&'a str>,
    /// Whether more come from there.
    open: bool,
}

impl<'a> Substitution<'a> {
    fn of(subject: &Subject<'a>) -> Self {
        let mut all = Self::default();
        for kustomization in kustomizations(subject) {
            all.replaces |= kustomization.get("/spec/postBuild").is_some();
            all.names.extend(entries(kustomization, "/spec/postBuild/substitute").map(|(name, _)| name));
            all.open |= kustomization.get("/spec/postBuild/substituteFrom").is_some();
        }
        all
    }

    fn knows(&self, name: &str) -> bool {
        self.open || self.names.contains(name)
    }
}

fn report(object: &Object<'_>, pointer: &str, name: &str, flux: &Substitution<'_>, findings: &mut Findings<'_>) {
    let shell = is_shell(object.kind(), pointer);
    let exempt = ["annotations", "labels"]
        .iter()
        .any(|table| object.text(&format!("/metadata/{table}/kustomize.toolkit.fluxcd.io~1substitute")) == "disabled");
    let substituted = flux.replaces && !exempt;
    if substituted && flux.knows(name) {
        return;
    }
    if substituted {
        let message = format!("Flux replaces `${{{name}}}` by nothing: no `postBuild` here has its value");
        let help = if shell {
            format!(
                "for a shell write `$${{{name}}}`, or set the annotation `kustomize.toolkit.fluxcd.io/substitute: disabled`"
            )
        } else {
            format!("add `{name}` to `postBuild.substitute`, or write the value")
        };
        findings.object(object, pointer, message).add_help(help);
    } else if !shell {
        let message = format!("`${{{name}}}` stays as it is: neither Kubernetes nor Argo CD replaces it");
        findings
            .object(object, pointer, message)
            .add_help("write the value; in `env`, `command` and `args` Kubernetes replaces `$(NAME)`");
    }
}

/// Whether a shell, or Ray, expands variables in the text at a JSON pointer.
fn is_shell(kind: &str, pointer: &str) -> bool {
    const KEYS: [&str; 9] = [
        "/command/",
        "/args/",
        "/entrypoint",
        "/runtimeEnvYAML",
        "/serveConfigV2",
        "/rayStartParams/",
        "/userData",
        "/nginx.ingress.kubernetes.io~1",
        "/jqPathExpressions/",
    ];
    // What is in a ConfigMap or Secret is read by programs, in their own way.
    let of_program = ["ConfigMap", "Secret"].contains(&kind) && !pointer.starts_with("/metadata");
    of_program || KEYS.iter().any(|key| pointer.contains(key))
}

/// The first variable of each text, by the text's JSON pointer.
fn collect<'a>(value: &'a Value, pointer: &mut String, found: &mut Vec<(String, &'a str)>) {
    let length = pointer.len();
    match value {
        Value::String(text) => found.extend(variable(text).map(|name| (pointer.clone(), name))),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let _ = write!(pointer, "/{index}");
                collect(item, pointer, found);
                pointer.truncate(length);
            }
        }
        Value::Object(fields) => {
            for (key, value) in fields {
                pointer.push('/');
                pointer.push_str(&token(key));
                collect(value, pointer, found);
                pointer.truncate(length);
            }
        }
        _ => {}
    }
}

/// The name in the first `${NAME}`, `${NAME:-default}` or the like; `$${NAME}` is Flux' own escape.
fn variable(text: &str) -> Option<&str> {
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let escaped = rest[..start].ends_with('$');
        rest = &rest[start + 2..];
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        let closed = rest[end..].starts_with(['}', ':', '=', '-']);
        if !escaped && closed && rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
            return Some(&rest[..end]);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::variable;

    #[test]
    fn variables_are_those_of_a_shell() {
        assert_eq!(variable("s3://${BUCKET}/x"), Some("BUCKET"));
        assert_eq!(variable("$${A} ${B:-c}"), Some("B"));
        for plain in ["", "$HOME", "$(HOME)", "${", "${}", "${1}", "${{ x }}", "$${A}", "${schema.spec.name}"] {
            assert_eq!(variable(plain), None, "{plain}");
        }
    }
}
