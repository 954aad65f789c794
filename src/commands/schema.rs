//! `raygen schema`: editor schemas, and the schemas of CRDs.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::{Status, Terminal};
use crate::cli::SchemaCommand;
use crate::schema::{import, print};
use crate::spec::schema::SpecSchema;

pub(super) fn run(command: &SchemaCommand, terminal: &Terminal) -> Result<Status> {
    match command {
        SchemaCommand::Team => terminal.print(SpecSchema::Team.text())?,
        SchemaCommand::Platform => terminal.print(SpecSchema::Platform.text())?,
        SchemaCommand::Import { files, output } => import_crds(files, output.as_deref(), terminal)?,
    }
    Ok(Status::Fine)
}

/// All files are read and converted before the first is written.
fn import_crds(files: &[PathBuf], output: Option<&Path>, terminal: &Terminal) -> Result<()> {
    let mut imported = Vec::new();
    for file in files {
        let place = || format!("import {}", file.display());
        let text = fs::read_to_string(file).with_context(place)?;
        imported.extend(import::import(&text).with_context(place)?);
    }
    for schema in imported {
        let version = schema.api_version.rsplit('/').next().unwrap_or_default().to_owned();
        let name = format!("{}-{version}.schema.json", schema.kind.to_lowercase());
        let text = print::print(&import::finish(schema.schema));
        match output {
            None => terminal.print(&text)?,
            Some(directory) => {
                let path = directory.join(name);
                fs::create_dir_all(directory).with_context(|| format!("create {}", directory.display()))?;
                fs::write(&path, text).with_context(|| format!("write {}", path.display()))?;
                terminal.note(&format!("wrote {}", path.display()));
            }
        }
    }
    Ok(())
}
