//! Checks of everything that is to be written: objects against the schemas of the environment's releases, and teams
//! against each other.

use crate::diagnostic::Diagnostic;
use crate::manifest::Built;
use crate::resolve::Resolution;
use crate::workspace::Workspace;

/// Reports what the cluster would reject or what two teams would fight over.
pub fn check(_workspace: &Workspace, _resolution: &Resolution, _built: &Built) -> Vec<Diagnostic> {
    Vec::new()
}
