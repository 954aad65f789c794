//! `raygen schema`: editor schemas, and the schemas of CRDs.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};

use super::{Status, Terminal};
use crate::check::Checked;
use crate::cli::{SchemaCommand, SchemaImport};
use crate::diagnostic::{self, Diagnostic, Severity};
use crate::objects::{self, Objects};
use crate::report::plural;
use crate::schema::cel::Judge;
use crate::schema::import::{self, Imported, Misfit};
use crate::schema::print;
use crate::source::{Sources, Span};
use crate::spec::schema::SpecSchema;

pub(super) fn run(command: &SchemaCommand, terminal: &Terminal) -> Result<Status> {
    match command {
        SchemaCommand::Team => terminal.print(SpecSchema::Team.text())?,
        SchemaCommand::Platform => terminal.print(SpecSchema::Platform.text())?,
        SchemaCommand::Import(args) => return import_crds(args, terminal),
    }
    Ok(Status::Fine)
}

/// All files are read and converted before the first is written.
fn import_crds(args: &SchemaImport, terminal: &Terminal) -> Result<Status> {
    let objects = objects::load(&args.files, Sources::default())?;
    let (imported, mut diagnostics) = converted(&objects);
    if !diagnostics.is_empty() {
        diagnostic::sort_and_deduplicate(&mut diagnostics);
        let failed = diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
        terminal.report(&objects.sources, &Checked { diagnostics, waived: 0 }, args.format)?;
        if objects.unreadable == args.files.len() {
            bail!("there is no CRD to read");
        }
        if failed {
            terminal.note("nothing was written: mend the errors first");
            return Ok(Status::Problems);
        }
    }
    let passed_over = objects.objects.iter().filter(|object| !import::is_definition(&object.value)).count();
    if passed_over + objects.others > 0 {
        terminal
            .note(&format!("{} passed over, for they are no CRDs", plural(passed_over + objects.others, "document")));
    }
    let directory = args.output.clone().unwrap_or_else(|| args.root.root.join("teams").join("_schemas"));
    let within = if args.output.is_none() { Some(args.root.root.as_path()) } else { None };
    for (path, schema) in imported {
        let text = print::print(&schema.file());
        if args.stdout {
            terminal.print(&text)?;
            continue;
        }
        let path = directory.join(path);
        let shown = path.strip_prefix(".").unwrap_or(&path).display();
        if let Some(folder) = path.parent() {
            make(folder, within).with_context(|| format!("create {}", folder.display()))?;
        }
        super::replace(&path, &text).with_context(|| format!("write {shown}"))?;
        terminal.note(&format!("wrote {shown}{}", rules(&schema.judges())));
    }
    Ok(Status::Fine)
}

/// Makes a folder. In a workspace none may lead out of it: what is there would not be read.
fn make(folder: &Path, within: Option<&Path>) -> Result<()> {
    if let Some(root) = within {
        let existing = folder.ancestors().find(|above| above.symlink_metadata().is_ok()).unwrap_or(root);
        ensure!(
            existing.canonicalize()?.starts_with(root.canonicalize()?),
            "{} leads out of the workspace: replace the link by a directory",
            existing.display()
        );
    }
    Ok(fs::create_dir_all(folder)?)
}

/// The schemas by their paths, and what is wrong. Objects of other kinds stand beside CRDs in what operators publish; a
/// file without any CRD is a slip.
fn converted(objects: &Objects) -> (BTreeMap<String, Imported>, Vec<Diagnostic>) {
    let mut diagnostics = objects.diagnostics.clone();
    let mut imported: BTreeMap<String, (Span, Imported)> = BTreeMap::new();
    let mut with_definition: BTreeMap<_, bool> = objects.sources.ids().map(|file| (file, false)).collect();
    for object in objects.objects.iter().filter(|object| import::is_definition(&object.value)) {
        with_definition.insert(object.document.file, true);
        let schemas = import::import(&(&object.value).into()).unwrap_or_else(|misfits| {
            let diagnostic = |misfit: Misfit| Diagnostic::error("invalid-crd", object.span(&misfit.at), misfit.message);
            diagnostics.extend(misfits.into_iter().map(diagnostic));
            Vec::new()
        });
        for schema in schemas {
            let span = object.span("/spec/names/kind");
            if let Some((first, schema)) = imported.insert(schema.path(), (span, schema)) {
                let message = format!("{} {} is there twice", schema.api_version, schema.kind);
                diagnostics.push(
                    Diagnostic::error("invalid-crd", span, message)
                        .label(first, "the first one")
                        .help("import the CRD of one release: that of your clusters"),
                );
            }
        }
    }
    for (file, _) in with_definition.into_iter().filter(|(_, found)| !found) {
        let known = diagnostics.iter().any(|diagnostic| diagnostic.span.is_some_and(|span| span.file == file));
        let first = objects.objects.iter().find(|object| object.document.file == file);
        let diagnostic = match first {
            _ if known => continue,
            Some(object) => {
                let kind = object.value["kind"].as_str().unwrap_or_default();
                let message = format!("this is a {kind}, and the file has no CustomResourceDefinition");
                Diagnostic::error("invalid-crd", object.span("/kind"), message)
            }
            None => {
                let start = Span::new(file, 0..0);
                Diagnostic::error("invalid-crd", start, "this file has no CustomResourceDefinition")
            }
        };
        diagnostics.push(diagnostic.help("print CRDs with `kubectl get crd NAME -o yaml`"));
    }
    (imported.into_iter().map(|(path, (_, schema))| (path, schema)).collect(), diagnostics)
}

/// ": 24 rules, of which the cluster alone judges 3 that compare with the old object".
fn rules(judges: &[Judge]) -> String {
    if judges.is_empty() {
        return String::new();
    }
    let mut elsewhere: BTreeMap<String, usize> = BTreeMap::new();
    for judge in judges {
        match judge {
            Judge::Here => {}
            Judge::OnUpdate => *elsewhere.entry("that compare with the old object".to_owned()).or_default() += 1,
            Judge::Elsewhere(why) => *elsewhere.entry(format!("with {why}")).or_default() += 1,
        }
    }
    let elsewhere: Vec<String> = elsewhere.iter().map(|(why, count)| format!("{count} {why}")).collect();
    let all = plural(judges.len(), "rule");
    if elsewhere.is_empty() {
        format!(": {all}")
    } else {
        format!(": {all}, of which the cluster alone judges {}", elsewhere.join(" and "))
    }
}
