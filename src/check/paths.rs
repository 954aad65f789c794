//! Objects whose file could not be written.

use crate::diagnostic::Diagnostic;
use crate::manifest::Built;
use crate::tree::{Refused, Tree};

/// Reports names that no file can have although Kubernetes takes them: a file's name holds the kind too, and Linux takes
/// 255 bytes (`NAME_MAX`), of which an object's name alone may have 253. Names that Kubernetes refuses are reported by the
/// schemas, and names that are there twice as duplicates.
pub(super) fn check(built: &Built) -> Vec<Diagnostic> {
    let refused = built.manifests.iter().filter(|manifest| {
        // What stands between the names takes far less than the rest of 255.
        let team = manifest.team.as_deref().unwrap_or_default();
        let names = [manifest.environment.name.as_str(), team, manifest.kind(), manifest.name()];
        if names.iter().map(|name| name.len()).sum::<usize>() < 200 {
            return false;
        }
        let path = manifest.path();
        path.len() > 255 && matches!(Tree::default().insert(path, ""), Err(Refused::Unsafe(_)))
    });
    let diagnostic = |manifest: &crate::manifest::Manifest| {
        let (kind, name) = (manifest.kind(), manifest.name());
        let message = format!(
            "{kind} `{name}` has a name of {} characters, too many for the name of its file, which holds the kind too",
            name.len()
        );
        let span = manifest.values.key_span(&manifest.place("/metadata/name"));
        Diagnostic::error("invalid-name", span, message).help("shorten it to 200 characters or fewer")
    };
    refused.map(diagnostic).collect()
}
