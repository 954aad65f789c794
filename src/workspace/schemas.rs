//! The schemas of the user's own clusters, which `raygen schema import` writes to `teams/_schemas`.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use rayon::prelude::*;
use serde_json::Value;

use super::files::{self, Content, Problem};
use crate::diagnostic::Diagnostic;
use crate::schema::{OwnSchemas, Refused};
use crate::source::{FileId, Sources, Span};

/// Where they are, below `teams/`: a folder for each group, a file for each kind and version.
pub(super) const FOLDER: &str = "_schemas";
/// What their names end with.
const SUFFIX: &str = ".schema.json";
/// The largest file, in bytes. A CRD has room for 1.5 MiB in etcd, and its schema is shorter.
const LARGEST: u64 = 4 << 20;

/// The files, sorted, by path below `teams/`.
pub(super) fn read(root: &Path) -> Result<Vec<(String, Content)>> {
    let mut paths = Vec::new();
    list(root, FOLDER, true, &mut paths)?;
    paths.sort();
    let contents: Vec<Result<Content>> = paths.par_iter().map(|path| files::read_below(root, path, LARGEST)).collect();
    paths.into_iter().zip(contents).map(|(path, content)| Ok((path, content?))).collect()
}

/// Whether a path below `teams/` is that of a schema.
pub(super) fn is_schema(path: &str) -> bool {
    path.starts_with(FOLDER) && path.ends_with(SUFFIX)
}

fn list(root: &Path, folder: &str, descend: bool, found: &mut Vec<String>) -> Result<()> {
    let context = || format!("read teams/{folder}");
    let entries = match fs::read_dir(root.join("teams").join(folder)) {
        Err(error) if files::is_absence(error.kind()) => return Ok(()),
        entries => entries.with_context(context)?,
    };
    for entry in entries {
        let entry = entry.with_context(context)?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let path = format!("{folder}/{name}");
        if entry.file_type().with_context(context)?.is_dir() {
            if descend && !name.starts_with('.') {
                list(root, &path, false, found)?;
            }
        } else if is_schema(&path) && !name.starts_with('.') {
            found.push(path);
        }
    }
    Ok(())
}

/// Reads the files as JSON. What is wrong with one stands in its way alone.
pub(super) fn parse(
    files: Vec<(String, Content)>,
    sources: &mut Sources,
    diagnostics: &mut Vec<Diagnostic>,
) -> OwnSchemas {
    let files: Vec<(FileId, Option<Problem>)> = files
        .into_iter()
        .map(|(path, content)| {
            let (text, problem) = content.into_text();
            (sources.add(format!("teams/{path}"), text), problem)
        })
        .collect();
    let parsed: Vec<Result<Value, Box<Diagnostic>>> = files
        .par_iter()
        .map(|(file, problem)| match problem {
            Some(problem) => Err(Box::new(unreadable(*file, problem))),
            None => of_text(*file, &sources.get(*file).text),
        })
        .collect();
    let mut schemas = OwnSchemas::default();
    for ((file, _), parsed) in files.into_iter().zip(parsed) {
        let refused = parsed.map(|schema| schemas.add(file, schema));
        diagnostics.extend(match refused {
            Ok(Ok(())) => None,
            Ok(Err(Refused::Nameless)) => Some(problem(
                Span::new(file, 0..0),
                "this schema does not say which API version and kind it is for".to_owned(),
            )),
            Ok(Err(Refused::Taken(other))) => Some(
                problem(Span::new(file, 0..0), "another schema is for the same API version and kind".to_owned())
                    .label(Span::new(other, 0..0), "the other one"),
            ),
            Err(diagnostic) => Some(*diagnostic),
        });
    }
    schemas
}

fn of_text(file: FileId, text: &str) -> Result<Value, Box<Diagnostic>> {
    serde_json::from_str(text).map_err(|error| {
        let line = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum::<usize>();
        let at = text.floor_char_boundary((line + error.column().saturating_sub(1)).min(text.len()));
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default();
        Box::new(problem(Span::new(file, at..at), format!("this is no JSON: {message}")))
    })
}

fn problem(span: Span, message: String) -> Diagnostic {
    Diagnostic::error("invalid-schema", span, message)
        .help("write it again with `raygen schema import`, or take it out of `teams/_schemas`")
}

fn unreadable(file: FileId, found: &Problem) -> Diagnostic {
    let message = match found {
        Problem::LeadsOut => "this is a symbolic link that leads out of the workspace".to_owned(),
        Problem::LeadsNowhere => "this is a symbolic link to a file that does not exist".to_owned(),
        Problem::TooLarge { bytes } => {
            format!("this schema has {bytes} bytes, but raygen takes no more than {LARGEST}")
        }
        Problem::NoUtf8 { byte } => format!("this is no UTF-8 text: it has the byte 0x{byte:02x}"),
        Problem::Directory | Problem::NoRegularFile => "this is no regular file".to_owned(),
    };
    problem(Span::new(file, 0..0), message)
}
