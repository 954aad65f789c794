//! Environments: versions and settings of the EKS clusters.

use std::sync::Arc;

use indexmap::IndexMap;

use super::gitops;
use super::group::from_table;
use super::model::{Environment, VersionSpans};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::document::{Node, Table};
use crate::instances::Catalog;
use crate::schema::Releases;
use crate::source::Span;
use crate::spec::{self, Version};

/// The environment's own table in the platform file.
pub(super) fn table_of<'a>(platform: &'a Table, name: &str) -> &'a Table {
    platform
        .get("environments")
        .and_then(|node| node.child(name)?.table())
        .expect("an environment was resolved from its table")
}

/// Resolves all environments. One whose versions are incomplete is reported and left out.
pub(super) fn resolve(
    root: &Node,
    catalog: &Arc<Catalog>,
    diagnostics: &mut Vec<Diagnostic>,
) -> IndexMap<String, Arc<Environment>> {
    let mut resolved = IndexMap::new();
    let platform = root.table().expect("a document is a table");
    let wiring = gitops::read(root, diagnostics);
    let Some(environments) = platform.get("environments").and_then(Node::table) else { return resolved };
    let taint_key = platform.get("taint-key").and_then(Node::string).unwrap_or(spec::platform::TAINT_KEY);
    for (name, node) in environments {
        let table = node.table().expect("the schema takes only tables here");
        let mut version = |key: &str| version(platform, table, node.key, name, key, diagnostics);
        let (kubernetes, kuberay, karpenter) = (version("kubernetes"), version("kuberay"), version("karpenter"));
        let (Some(kubernetes), Some(kuberay), Some(karpenter)) = (kubernetes, kuberay, karpenter) else { continue };
        let version_spans = VersionSpans { kubernetes: kubernetes.1, kuberay: kuberay.1, karpenter: karpenter.1 };
        let spec: spec::Environment = from_table(table);
        let environment = Environment {
            gitops: wiring.as_ref().and_then(|wiring| wiring.of_environment(name, &spec.gitops)),
            name: name.clone(),
            releases: Releases { kubernetes: kubernetes.0, kuberay: kuberay.0, karpenter: karpenter.0 },
            spec,
            taint_key: taint_key.to_owned(),
            catalog: Arc::clone(catalog),
            version_spans,
        };
        resolved.insert(name.clone(), Arc::new(environment));
    }
    resolved
}

/// Environments that the policy keeps for some teams must exist, or it would keep nothing.
pub(super) fn check_policy(platform: &Table, diagnostics: &mut Vec<Diagnostic>) {
    let environments = platform.get("environments").and_then(Node::table);
    let kept = platform.get("policy").and_then(|policy| policy.child("environments")?.table());
    for (name, node) in kept.into_iter().flatten() {
        if environments.is_some_and(|environments| environments.contains_key(name)) {
            continue;
        }
        let message = format!("the policy keeps `{name}` for some teams, but the platform has no such environment");
        let mut diagnostic = Diagnostic::error("unknown-environment", node.key, message);
        let known = environments.into_iter().flat_map(Table::keys).map(String::as_str);
        if let Some(close) = did_you_mean(name, known) {
            diagnostic = diagnostic.help(format!("did you mean `{close}`?"));
        }
        diagnostics.push(diagnostic);
    }
}

/// The environment's own version, or that of `[versions]`.
fn version(
    platform: &Table,
    environment: &Table,
    place: Span,
    name: &str,
    key: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<(semver::Version, Span)> {
    let found = [environment, platform].into_iter().find_map(|table| table.get("versions")?.child(key));
    let Some(node) = found else {
        let message = format!("nothing says which version of {key} environment `{name}` runs");
        let help = format!("write `{key} = \"…\"` under `[versions]`, or under `[environments.{name}.versions]`");
        diagnostics.push(Diagnostic::error("missing-version", place, message).help(help));
        return None;
    };
    Some((Version::from(node.string()?).triple(), node.span))
}
