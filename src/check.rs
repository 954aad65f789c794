//! Checks of everything that is to be written: objects against the schemas of the environment's releases, teams against
//! each other, and the rules. A check sees everything and reports on its own.

mod drift;
mod duplicates;
mod escape_hatches;
mod objects;
mod paths;
mod releases;
mod schemas;

use std::collections::BTreeMap;

pub use self::drift::{Mending, drift};
pub use self::objects::{CheckedObjects, check_objects};
use crate::diagnostic::{self, Diagnostic, Severity};
use crate::lint::{self, Config, Subject};
use crate::manifest::Built;
use crate::resolve::Resolution;
use crate::schema::Validators;
use crate::workspace::Workspace;

/// The verdict over a workspace: everything that any stage found, after `[lint]` and `[[allow]]` had their say.
#[derive(Debug, Default)]
pub struct Checked {
    /// What is wrong, sorted by place.
    pub diagnostics: Vec<Diagnostic>,
    /// How many problems were waived.
    pub waived: usize,
}

impl Checked {
    /// Whether an error stands, so that nothing may be written.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }
}

/// Reports what the cluster would reject, what two teams would fight over, and what the rules know to go wrong later,
/// together with what loading, resolving and building found.
pub fn check(workspace: &Workspace, resolution: &Resolution, built: &Built) -> Checked {
    let validators: BTreeMap<&str, Validators> = resolution
        .environments
        .values()
        .map(|environment| {
            (environment.name.as_str(), Validators::new(&environment.releases).with_own(&workspace.schemas))
        })
        .collect();
    let (config, of_config) = Config::read(workspace);
    let stages = [&workspace.diagnostics, &resolution.diagnostics, &built.diagnostics];
    let mut diagnostics: Vec<Diagnostic> = stages.into_iter().flatten().cloned().collect();
    diagnostics.extend(of_config);
    diagnostics.extend(releases::check(resolution));
    // Each is parallel in itself, but for a beginning and an end that the other can fill.
    let (of_schemas, of_rules) = rayon::join(
        || [schemas::check(built, &validators), escape_hatches::check(resolution, &validators)].concat(),
        || {
            [duplicates::check(built), paths::check(built), lint::lint(&Subject::new(workspace, resolution, built))]
                .concat()
        },
    );
    diagnostics.extend(of_schemas);
    diagnostics.extend(of_rules);
    diagnostics.extend(schemas::unsound(workspace));
    let (mut diagnostics, waived) = config.apply(diagnostics, &resolution.selection);
    diagnostic::sort_and_deduplicate(&mut diagnostics);
    Checked { diagnostics, waived }
}
