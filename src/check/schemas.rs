//! Objects against the schemas of the releases that their environment runs.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::mem::ManuallyDrop;

use rayon::prelude::*;

use crate::diagnostic::Diagnostic;
use crate::manifest::{Built, Manifest};
use crate::resolve::Environment;
use crate::schema::{Introduced, Problem, Releases, Unsound, Validators, Violation};
use crate::source::{FileId, Span};
use crate::workspace::Workspace;
use crate::yaml;

/// What the API server would refuse, reported at the TOML that caused it.
pub(super) fn check(built: &Built, validators: &BTreeMap<&str, Validators>) -> Vec<Diagnostic> {
    let of = |manifest: &Manifest| &validators[manifest.environment.name.as_str()];
    // As in `render`: the process ends before it would be worth giving the memory back.
    let objects = built.manifests.iter().map(|manifest| (of(manifest), &manifest.object));
    let prepared = ManuallyDrop::new(Validators::prepare(objects));
    built
        .manifests
        .par_iter()
        .flat_map_iter(|manifest| {
            let violations = of(manifest).validate_prepared(&prepared, &manifest.object);
            violations.unwrap_or_default().into_iter().map(|violation| of_manifest(manifest, &violation))
        })
        .collect()
}

/// Schema files of the workspace that are for kinds in use and cannot be used.
pub(super) fn unsound(workspace: &Workspace) -> Vec<Diagnostic> {
    let diagnostic = |(file, Unsound { at, message }): (FileId, Unsound)| {
        let parsed = yaml::parse(&workspace.sources.get(file).text, file, 0);
        let span = parsed.value.map_or(Span::new(file, 0..0), |value| parsed.places.find(&value, &at));
        Diagnostic::error("invalid-schema", span, message)
            .help("write it again with `raygen schema import`, or take it out of `teams/_schemas`")
    };
    workspace.schemas.unsound().into_iter().map(diagnostic).collect()
}

/// What an object is meant for.
#[derive(Clone, Copy)]
pub(super) enum Target<'a> {
    /// An environment of the platform.
    Environment(&'a Environment),
    /// Releases that the command line names.
    Releases(&'a Releases),
}

fn of_manifest(manifest: &Manifest, violation: &Violation) -> Diagnostic {
    let object = format!("{} `{}`", manifest.kind(), manifest.name());
    diagnostic(manifest.span(&violation.path), &object, violation, Target::Environment(&manifest.environment))
}

/// A violation as people see it: "RayCluster `vision-train`: `spec.upgradeStrategy`: …".
pub(super) fn diagnostic(span: Span, object: &str, violation: &Violation, target: Target<'_>) -> Diagnostic {
    let path = dotted(&violation.path);
    if let Some(since) = introduced(&violation.problem) {
        return needs_newer(span, object, &path, &violation.problem, since, target);
    }
    let rule = rule(violation);
    let place = if path.is_empty() { String::new() } else { format!("`{path}`: ") };
    let message = format!("{object}: {place}{}", violation.problem.message());
    let diagnostic = Diagnostic::error(rule, span, message);
    match violation.problem.help() {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

/// The rule whose page explains the violation best.
fn rule(violation: &Violation) -> &'static str {
    let list = violation.path.rsplit('/').nth(1).unwrap_or_default();
    let below = |part: &str| violation.path.contains(part);
    match &violation.problem {
        Problem::UnknownField { .. } => "unknown-field",
        Problem::DuplicateKey { .. } if list == "env" => "duplicate-env",
        Problem::DuplicateKey { .. } if list == "volumeMounts" => "duplicate-mount-path",
        Problem::Missing { field } if field == "consolidateAfter" => "missing-consolidate-after",
        Problem::Other { message } if message.contains("`role` and `instanceProfile`") => "conflicting-node-role",
        _ if below("/tolerations/") => "invalid-toleration",
        // A sentence of a restated rule, but for this one, is about what the label means, such as a restricted domain.
        Problem::Other { message } if message != crate::schema::common::NO_LABEL => "invalid-manifest",
        _ if ["/labels/", "/matchLabels/", "/nodeSelector/"].into_iter().any(below) => "invalid-label-value",
        _ => "invalid-manifest",
    }
}

fn introduced(problem: &Problem) -> Option<&Introduced> {
    match problem {
        Problem::UnknownField { since, .. } | Problem::Enum { since, .. } => since.as_ref(),
        _ => None,
    }
}

fn needs_newer(
    span: Span,
    object: &str,
    path: &str,
    problem: &Problem,
    since: &Introduced,
    target: Target<'_>,
) -> Diagnostic {
    let what = match problem {
        Problem::Enum { found, .. } => format!("`{path}: {}`", found.as_str().unwrap_or_default()),
        _ => format!("`{path}`"),
    };
    let Introduced { project, release } = since;
    let version = |releases: &Releases| match *project {
        "Karpenter" => releases.karpenter.clone(),
        "KubeRay" => releases.kuberay.clone(),
        _ => releases.kubernetes.clone(),
    };
    let message = format!("{object}: {what} needs {project} {release}");
    let help = format!("take it out, or upgrade {project} first");
    match target {
        Target::Environment(environment) => {
            let spans = &environment.version_spans;
            let place = match *project {
                "Karpenter" => spans.karpenter,
                "KubeRay" => spans.kuberay,
                _ => spans.kubernetes,
            };
            let version = version(&environment.releases);
            let message = format!("{message}, but environment `{}` runs {version}", environment.name);
            Diagnostic::error("needs-newer-release", span, message).label(place, "this version").help(help)
        }
        Target::Releases(releases) => {
            let message = format!("{message}, but this is checked for {}", version(releases));
            Diagnostic::error("needs-newer-release", span, message).help(help)
        }
    }
}

/// A JSON pointer as people write paths: `spec.workerGroupSpecs[0].template`.
fn dotted(pointer: &str) -> String {
    let mut path = String::new();
    for token in pointer.split('/').skip(1) {
        let token = token.replace("~1", "/").replace("~0", "~");
        if token.bytes().all(|byte| byte.is_ascii_digit()) {
            let _ = write!(path, "[{token}]");
        } else if token.contains('.') || token.contains('/') {
            let _ = write!(path, "[{token:?}]");
        } else {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(&token);
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::dotted;

    #[test]
    fn a_pointer_reads_like_a_path() {
        assert_eq!(dotted("/spec/workerGroupSpecs/0/template"), "spec.workerGroupSpecs[0].template");
        assert_eq!(dotted("/metadata/labels/a.b~1c"), "metadata.labels[\"a.b/c\"]");
        assert_eq!(dotted(""), "");
    }
}
