//! Environments on releases that raygen knows nothing of.

use crate::diagnostic::Diagnostic;
use crate::resolve::Resolution;
use crate::schema::Project;

/// One error per version that is older than the oldest release with a schema.
pub(super) fn check(resolution: &Resolution) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for environment in resolution.environments.values() {
        for unsupported in environment.releases.check() {
            let span = match unsupported.project {
                Project::KubeRay => environment.version_spans.kuberay,
                Project::Karpenter => environment.version_spans.karpenter,
                _ => environment.version_spans.kubernetes,
            };
            let message = format!(
                "environment `{}` runs {} {}, but raygen knows nothing older than {}",
                environment.name,
                unsupported.project.name(),
                unsupported.version,
                unsupported.oldest
            );
            diagnostics.push(
                Diagnostic::error("unsupported-release", span, message)
                    .help(format!("upgrade {} before its teams render", unsupported.project.name())),
            );
        }
    }
    diagnostics
}
