//! Checks of everything that is to be written: objects against the schemas of the environment's releases, and teams
//! against each other. A check sees everything and reports on its own.

mod duplicates;
mod escape_hatches;
mod releases;
mod schemas;

use std::collections::BTreeMap;

use crate::diagnostic::{self, Diagnostic};
use crate::manifest::Built;
use crate::resolve::Resolution;
use crate::schema::Validators;

/// Reports what the cluster would reject and what two teams would fight over.
pub fn check(resolution: &Resolution, built: &Built) -> Vec<Diagnostic> {
    let validators: BTreeMap<&str, Validators> = resolution
        .environments
        .values()
        .map(|environment| (environment.name.as_str(), Validators::new(&environment.releases)))
        .collect();
    let mut diagnostics = releases::check(resolution);
    diagnostics.extend(schemas::check(built, &validators));
    diagnostics.extend(escape_hatches::check(resolution, &validators));
    diagnostics.extend(duplicates::check(built));
    diagnostic::sort_and_deduplicate(&mut diagnostics);
    diagnostics
}
