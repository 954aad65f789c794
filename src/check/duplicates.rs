//! Two objects with one identity, and two Ingresses for one address: what each team wrote is fine, together it is not.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::diagnostic::Diagnostic;
use crate::manifest::{Built, Manifest};

/// Reports the second of two, and shows the first.
pub(super) fn check(built: &Built) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    let mut identities: BTreeMap<[&str; 4], &Manifest> = BTreeMap::new();
    let mut addresses: BTreeMap<[&str; 3], &Manifest> = BTreeMap::new();
    for manifest in &built.manifests {
        let environment = manifest.environment.name.as_str();
        let identity = [environment, manifest.kind(), manifest.namespace().unwrap_or_default(), manifest.name()];
        if let Some(first) = identities.insert(identity, manifest) {
            diagnostics.push(same_identity(first, manifest));
            identities.insert(identity, first);
            continue;
        }
        for [host, path] in exposed(manifest) {
            if let Some(first) = addresses.insert([environment, host, path], manifest) {
                diagnostics.push(same_address(first, manifest, host, path));
                addresses.insert([environment, host, path], first);
            }
        }
    }
    diagnostics
}

fn owner(manifest: &Manifest) -> String {
    manifest.team.as_ref().map_or_else(|| "the platform".to_owned(), |team| format!("team `{team}`"))
}

fn same_identity(first: &Manifest, second: &Manifest) -> Diagnostic {
    let message = format!(
        "{} and {} both render {} `{}` for `{}`",
        owner(first),
        owner(second),
        second.kind(),
        second.name(),
        second.environment.name
    );
    let remedy = match second.kind() {
        "Namespace" => "give one of the teams a `namespace` of its own",
        _ => "rename one of the workloads, or set its `name`",
    };
    Diagnostic::error("duplicate-name", second.values.key_span(&second.place("/metadata/name")), message)
        .label(first.values.key_span(&first.place("/metadata/name")), "the other one")
        .help(remedy)
}

fn same_address(first: &Manifest, second: &Manifest, host: &str, path: &str) -> Diagnostic {
    let message = format!(
        "Ingress `{}` of {} and `{}` of {} both take `{host}{path}` in `{}`",
        first.name(),
        owner(first),
        second.name(),
        owner(second),
        second.environment.name
    );
    Diagnostic::error("duplicate-host", second.span("/spec/rules/0/host"), message)
        .label(first.span("/spec/rules/0/host"), "the other one")
        .help("give one of them a `host` of its own")
}

/// Host and path of every rule of an Ingress.
fn exposed(manifest: &Manifest) -> Vec<[&str; 2]> {
    if manifest.kind() != "Ingress" {
        return Vec::new();
    }
    let rules = manifest.object.pointer("/spec/rules").and_then(Value::as_array);
    rules
        .into_iter()
        .flatten()
        .flat_map(|rule| {
            let host = rule["host"].as_str().unwrap_or("*");
            let paths = rule.pointer("/http/paths").and_then(Value::as_array);
            paths.into_iter().flatten().map(move |path| [host, path["path"].as_str().unwrap_or("/")])
        })
        .collect()
}
