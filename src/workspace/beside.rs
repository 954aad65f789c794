//! Files beside the specs that specs name, such as a service's Serve config.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;

use super::files::{self, Content, Problem};
use crate::diagnostic::Diagnostic;
use crate::document::{Node, Table};
use crate::source::{FileId, Sources};
use crate::spec::WorkloadKind;

/// A key of workloads that names a file.
#[derive(Clone, Copy, Debug)]
pub struct FileKey {
    /// The kind of workload that has it.
    pub kind: WorkloadKind,
    /// The table of the workload each of whose tables has it; `None` where the workload itself has it.
    pub within: Option<&'static str>,
    /// The key whose value is the file's path below `teams/`.
    pub key: &'static str,
    /// The key whose value the file's text is.
    pub text: &'static str,
}

/// All keys that name files.
pub const FILE_KEYS: [FileKey; 2] = [
    FileKey { kind: WorkloadKind::Service, within: None, key: "serve-config-file", text: "serve-config" },
    FileKey { kind: WorkloadKind::Cluster, within: Some("submit"), key: "script-file", text: "script" },
];

/// The largest file, in bytes. An object of Kubernetes has room for 1.5 MiB in etcd (`--max-request-bytes`), and a
/// ConfigMap for 1 MiB.
pub(super) const LARGEST: u64 = 512 << 10;

/// Reads a file by its path below `teams/`.
pub(super) type Reader<'a> = dyn Fn(&str) -> Result<Content> + 'a;

/// Reads every file that a spec names, each once, and reports at the keys that name what cannot be read.
pub(super) fn read<'a>(
    documents: impl IntoIterator<Item = &'a Node>,
    reader: &Reader<'_>,
    sources: &mut Sources,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<BTreeMap<String, FileId>> {
    let mut read: BTreeMap<&str, Result<FileId, Problem>> = BTreeMap::new();
    for node in documents.into_iter().flat_map(named) {
        let Some(path) = node.string() else { continue };
        if !is_below(path) {
            diagnostics.push(
                Diagnostic::error("unreadable-file", node.span, format!("`{}` is no path below `teams/`", shown(path)))
                    .help("keep the file in `teams/` and write its path from there, such as `chat/serve.yaml`"),
            );
            continue;
        }
        if !read.contains_key(path) {
            let (text, problem) = reader(path)?.into_text();
            let found = problem.map_or_else(|| Ok(sources.add(format!("teams/{path}"), lines_of(&text))), Err);
            read.insert(path, found);
        }
        if let Some(Err(problem)) = read.get(path) {
            diagnostics.push(diagnostic(node, path, problem));
        }
    }
    Ok(read.into_iter().filter_map(|(path, found)| Some((path.to_owned(), found.ok()?))).collect())
}

/// The values of the keys that name files: of workloads and of the defaults for them, overrides and environments too.
pub(super) fn named(document: &Node) -> Vec<&Node> {
    fn children<'a>(node: &'a Node, key: &str) -> impl Iterator<Item = &'a Node> + use<'a> {
        node.child(key).and_then(Node::table).into_iter().flat_map(Table::values)
    }
    let mut found = Vec::new();
    for FileKey { kind, within, key, .. } in FILE_KEYS {
        let teams = std::iter::once(document).chain(children(document, "override"));
        let workloads = teams.flat_map(|team| children(team, kind.table()));
        let platforms = std::iter::once(document).chain(children(document, "environments"));
        let defaults = platforms.filter_map(|platform| platform.child("defaults")?.child(kind.defaults()));
        for node in workloads.chain(defaults) {
            match within {
                None => found.extend(node.child(key)),
                Some(within) => found.extend(children(node, within).filter_map(|node| node.child(key))),
            }
        }
    }
    found
}

/// Whether a path stays below the directory it starts from, on every system.
fn is_below(path: &str) -> bool {
    let plain = |part: &str| !part.is_empty() && part != "." && part != ".." && !part.contains(['\\', ':']);
    path.split('/').all(plain) && !path.contains(char::is_control)
}

/// What git makes of line ends differs between machines, what raygen renders must not.
fn lines_of(text: &str) -> String {
    text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n")
}

/// Reads a file below `teams/`. Whatever is wrong with the file itself is its content; the machine's refusal is an error.
pub(super) fn read_from(root: &Path, path: &str) -> Result<Content> {
    files::read_below(root, path, LARGEST)
}

fn diagnostic(node: &Node, path: &str, problem: &Problem) -> Diagnostic {
    let path = format!("teams/{}", shown(path));
    let (message, help) = match problem {
        Problem::LeadsNowhere => (format!("`{path}` does not exist"), "write it, or mend the path".to_owned()),
        Problem::Directory => (format!("`{path}` is a directory"), "name a file in it".to_owned()),
        Problem::NoRegularFile => (format!("`{path}` is no regular file"), "put a text file in its place".to_owned()),
        Problem::LeadsOut => (
            format!("`{path}` is a symbolic link that leads out of the workspace"),
            "put the file itself there: a checkout elsewhere has only the link".to_owned(),
        ),
        Problem::TooLarge { bytes } => (
            format!("`{path}` has {bytes} bytes, but raygen takes no more than {LARGEST} into an object"),
            "put it into the image, or into storage that the pods mount".to_owned(),
        ),
        Problem::NoUtf8 { byte } => {
            (format!("`{path}` is no UTF-8 text: it has the byte 0x{byte:02x}"), "save it in UTF-8".to_owned())
        }
    };
    Diagnostic::error("unreadable-file", node.span, message).help(help)
}

fn shown(path: &str) -> String {
    path.chars().flat_map(char::escape_debug).collect()
}
