//! Reads specs.

use std::path::PathBuf;

use crate::diagnostic::Diagnostic;
use crate::document::{self, Node};
use crate::source::{FileId, Sources};

/// A workspace's specs.
#[derive(Clone, Debug)]
pub struct Workspace {
    /// Its root.
    pub root: PathBuf,
    /// The texts.
    pub sources: Sources,
    /// The platform file, if nothing is wrong with it.
    pub platform: Option<Document>,
    /// The team files with which nothing is wrong, sorted by name.
    pub teams: Vec<TeamDocument>,
    /// What is wrong.
    pub diagnostics: Vec<Diagnostic>,
}

/// A parsed file.
#[derive(Clone, Debug)]
pub struct Document {
    /// The file.
    pub file: FileId,
    /// Its values.
    pub root: Node,
}

/// A team's file.
#[derive(Clone, Debug)]
pub struct TeamDocument {
    /// The file's stem.
    pub name: String,
    /// The file.
    pub document: Document,
}

impl Workspace {
    /// A workspace of these texts, by path below the root.
    pub fn from_texts<'a>(texts: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut sources = Sources::default();
        let mut platform = None;
        let mut teams = Vec::new();
        let mut diagnostics = Vec::new();
        for (path, text) in texts {
            let file = sources.add(path, text);
            let (root, found) = document::parse(file, text);
            diagnostics.extend(found);
            let document = Document { file, root };
            if path == "teams/_platform.toml" {
                platform = Some(document);
            } else {
                let name = path.trim_start_matches("teams/").trim_end_matches(".toml").to_owned();
                teams.push(TeamDocument { name, document });
            }
        }
        Self { root: PathBuf::new(), sources, platform, teams, diagnostics }
    }
}
/// stand-in
pub fn load(root: &std::path::Path) -> anyhow::Result<Workspace> {
    let mut texts = std::collections::BTreeMap::new();
    for e in std::fs::read_dir(root.join("teams"))? {
        let p = e?.path();
        if p.extension().is_some_and(|x| x == "toml") {
            texts.insert(format!("teams/{}", p.file_name().unwrap().to_string_lossy()), std::fs::read_to_string(&p)?);
        }
    }
    Ok(Workspace::from_texts(texts.iter().map(|(a, b)| (a.as_str(), b.as_str()))))
}
