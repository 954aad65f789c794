//! Manifests that raygen did not write: what the cluster will say of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::{Checked, duplicates, schemas};
use crate::diagnostic::{self, Diagnostic};
use crate::instances::Catalog;
use crate::json::Value;
use crate::lint::{self, Config, Object, Subject};
use crate::objects::{Objects, ReadObject};
use crate::resolve::instance_types;
use crate::schema::{Prepared, Problem, Releases, Validators};
use crate::workspace::Workspace;

/// The verdict over manifests, and what it leaves out.
#[derive(Debug)]
pub struct CheckedObjects {
    /// What is wrong.
    pub checked: Checked,
    /// API versions and kinds that raygen has no schema of, and how many objects there are of each.
    pub unknown_kinds: BTreeMap<(String, String), usize>,
}

/// Reports what the cluster would reject or ignore, object by object and across all of them. The platform's `[lint]` and
/// `[[allow]]` have their say, and so have the objects' own waivers.
pub fn check_objects(objects: &Objects, releases: &Releases, workspace: Option<&Workspace>) -> CheckedObjects {
    let own = workspace.map(|workspace| workspace.schemas.clone()).unwrap_or_default();
    let validators = Validators::new(releases).with_own(&own);
    let kinds = objects.kinds();
    let unknown_kinds = kinds
        .iter()
        .filter(|((api_version, kind), _)| !validators.knows(api_version, kind))
        .map(|((api_version, kind), count)| (((*api_version).to_owned(), (*kind).to_owned()), *count))
        .collect();
    let read = objects.objects.iter().map(|object| Object::read(object, releases)).collect();
    let subject =
        Subject::of_objects(read, Arc::new(workspace.map_or_else(Catalog::default, instance_types::catalog_of)));
    let (config, of_config) = Config::of_manifests(workspace);
    let mut diagnostics = objects.diagnostics.clone();
    diagnostics.extend(workspace.into_iter().flat_map(|workspace| workspace.diagnostics.clone()));
    diagnostics.extend(of_config);
    let (of_schemas, of_rules) = rayon::join(
        || of_schemas(&objects.objects, &validators, releases),
        || [duplicates::of_objects(&subject), lint::lint(&subject)].concat(),
    );
    diagnostics.extend(of_schemas);
    diagnostics.extend(of_rules);
    diagnostics.extend(workspace.into_iter().flat_map(schemas::unsound));
    let (mut diagnostics, waived) = config.apply_to_manifests(diagnostics, &objects.objects);
    diagnostic::sort_and_deduplicate(&mut diagnostics);
    point_at_templates(&objects.objects, &mut diagnostics);
    CheckedObjects { checked: Checked { diagnostics, waived }, unknown_kinds }
}

fn of_schemas(objects: &[ReadObject], validators: &Validators, releases: &Releases) -> Vec<Diagnostic> {
    let prepared = Validators::prepare(objects.iter().map(|object| (validators, &object.value)));
    objects.par_iter().flat_map_iter(|object| of_object(object, validators, &prepared, releases)).collect()
}

fn of_object(
    object: &ReadObject,
    validators: &Validators,
    prepared: &Prepared,
    releases: &Releases,
) -> Vec<Diagnostic> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let missing: Vec<Diagnostic> = ["apiVersion", "kind"]
        .into_iter()
        .filter(|field| text(&object.value[field]).is_empty())
        .map(|field| {
            Diagnostic::error("invalid-manifest", object.span(""), format!("this object has no `{field}`"))
                .help("without it no API server knows what it is")
        })
        .collect();
    let name = format!("{} `{}`", text(&object.value["kind"]), text(&object.value["metadata"]["name"]));
    let violations = validators.validate_prepared(prepared, &object.value).unwrap_or_default();
    let of_schema = violations.iter().map(|violation| {
        let span = match violation.problem {
            Problem::UnknownField { .. } => object.key_span(&violation.path),
            _ => object.span(&violation.path),
        };
        schemas::diagnostic(span, &name, violation, schemas::Target::Releases(releases))
    });
    missing.into_iter().chain(of_schema).collect()
}

/// Shows which template of a chart made what is wrong, where Helm says so.
fn point_at_templates(objects: &[ReadObject], diagnostics: &mut [Diagnostic]) {
    let templates: BTreeMap<_, _> =
        objects.iter().filter_map(|object| Some((object.document, object.template?))).collect();
    for diagnostic in diagnostics {
        let Some(span) = diagnostic.span else { continue };
        // The last document that begins before the place.
        let around = templates.range(..=crate::source::Span { end: u32::MAX, ..span }).next_back();
        if let Some((document, template)) = around
            && document.file == span.file
            && span.end <= document.end
        {
            diagnostic.add_label(*template, "rendered from this template");
        }
    }
}
