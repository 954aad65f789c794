//! The workspace's specs: read, parsed and checked. Nothing else reads `teams/`.

mod beside;
mod check;
mod files;
mod place;
mod revision;
mod schemas;
mod unchanged;
mod unknown_key;
mod wrong_value;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Result;
use rayon::prelude::*;

pub use self::beside::{FILE_KEYS, FileKey};
use self::files::{Content, Problem, SpecFile};
pub use self::revision::Revision;
use crate::diagnostic::{self, Diagnostic};
use crate::document::{self, Node};
use crate::schema::OwnSchemas;
use crate::source::{FileId, Sources, Span};
use crate::spec::schema::SpecSchema;

/// The platform's file, below the root.
pub const PLATFORM: &str = "teams/_platform.toml";

/// All specs of a workspace.
#[derive(Clone, Debug, Default)]
pub struct Workspace {
    /// The directory that holds `teams/`.
    pub root: PathBuf,
    /// The files, for spans.
    pub sources: Sources,
    /// `teams/_platform.toml`; `None` where a diagnostic says why.
    pub platform: Option<Document>,
    /// The teams whose files have no errors, sorted by name.
    pub teams: Vec<TeamDocument>,
    /// The files beside the specs that specs name, by path below `teams/`.
    pub files: BTreeMap<String, FileId>,
    /// The schemas of the clusters' own CRDs, which win over the embedded ones.
    pub schemas: OwnSchemas,
    /// What is wrong with the files, sorted by place.
    pub diagnostics: Vec<Diagnostic>,
}

/// A file that its schema accepts.
#[derive(Clone, Debug)]
pub struct Document {
    /// The file.
    pub file: FileId,
    /// Its values; always a table.
    pub root: Node,
}

/// A team's file.
#[derive(Clone, Debug)]
pub struct TeamDocument {
    /// The file's stem, a DNS-1035 label.
    pub name: String,
    /// Its values.
    pub document: Document,
}

/// Reads a file beside the specs by its path below `teams/`.
type Beside = Box<dyn Fn(&str) -> Result<Content> + Send + Sync>;

/// The specs of a workspace as they were read, before anything is parsed.
pub struct Specs {
    root: PathBuf,
    read: Vec<(SpecFile, Content)>,
    /// Files of `teams/_schemas`; none of a revision, whose objects are compared and not checked.
    schemas: Vec<(String, Content)>,
    beside: Beside,
    diagnostics: Vec<Diagnostic>,
}

impl Specs {
    /// Reads `teams/_platform.toml`, every `teams/<team>.toml`, and `teams/_schemas`.
    pub fn read(root: &Path) -> Result<Self> {
        let mut diagnostics = Vec::new();
        let listed = files::list(root, &mut diagnostics)?;
        let contents: Vec<Result<Content>> = listed.par_iter().map(|file| files::read(root, file)).collect();
        let read = listed.into_iter().zip(contents).map(|(file, content)| Ok((file, content?)));
        let read = read.collect::<Result<_>>()?;
        let schemas = schemas::read(root)?;
        let root = root.to_owned();
        let beside = Box::new({
            let root = root.clone();
            move |path: &str| beside::read_from(&root, path)
        });
        Ok(Self { root, read, schemas, beside, diagnostics })
    }

    /// The same files as they stand in a revision: nothing is checked out, nothing is written.
    pub fn read_revision(root: &Path, revision: &Revision) -> Result<Self> {
        let stored = revision.files()?;
        let mut diagnostics = Vec::new();
        let listed = files::specs_among(stored.names(), &mut diagnostics);
        let read = listed.into_iter().map(|file| {
            let content = stored.content(&file.file_name.to_string_lossy(), files::LARGEST)?;
            Ok((file, content))
        });
        let read = read.collect::<Result<_>>()?;
        let beside = Box::new(move |path: &str| stored.content(path, beside::LARGEST));
        Ok(Self { root: root.to_owned(), read, schemas: Vec::new(), beside, diagnostics })
    }

    /// Whether there is no spec at all.
    pub fn is_empty(&self) -> bool {
        self.read.is_empty()
    }

    /// The names of the teams that have a file, whatever is in it.
    pub fn teams(&self) -> impl Iterator<Item = &str> {
        self.read.iter().filter_map(|(file, _)| file.team.as_deref())
    }

    /// Parses and checks everything, and reads the files that specs name.
    ///
    /// What is wrong with the files is in the workspace's diagnostics; an error is trouble of the machine, such as a file
    /// that may not be read.
    pub fn parse(self) -> Result<Workspace> {
        check_all(self.root, self.read, self.schemas, &*self.beside, self.diagnostics)
    }
}

/// Reads and checks `teams/_platform.toml`, every `teams/<team>.toml`, the files that these name, and `teams/_schemas`.
pub fn load(root: &Path) -> Result<Workspace> {
    Specs::read(root)?.parse()
}

/// Reads the platform's file alone, for what it says about severities and waivers, and `teams/_schemas`. `None` where
/// there is neither.
pub fn load_platform(root: &Path) -> Result<Option<Workspace>> {
    let platform = SpecFile::platform();
    let schemas = schemas::read(root)?;
    let mut read = Vec::new();
    if root.join(&platform.path).is_file() {
        read.push((platform.clone(), files::read(root, &platform)?));
    } else if schemas.is_empty() {
        return Ok(None);
    }
    check_all(root.to_owned(), read, schemas, &|path| beside::read_from(root, path), Vec::new()).map(Some)
}

impl Workspace {
    /// A workspace that exists in memory only: the platform's text, and the teams' names and texts.
    pub fn from_texts<'a>(platform: &str, teams: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self::from_texts_and_files(platform, teams, [])
    }

    /// The same, with files beside the specs: their paths below `teams/` and texts.
    pub fn from_texts_and_files<'a>(
        platform: &str,
        teams: impl IntoIterator<Item = (&'a str, &'a str)>,
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        let files: BTreeMap<&str, &str> = files.into_iter().collect();
        let schemas = files.iter().filter(|(path, _)| schemas::is_schema(path));
        let schemas = schemas.map(|(path, text)| ((*path).to_owned(), Content::Text((*text).to_owned()))).collect();
        let reader = |path: &str| {
            let text = files.get(path);
            Ok(text.map_or_else(|| Problem::LeadsNowhere.into(), |text| Content::Text((*text).to_owned())))
        };
        let mut read = vec![(SpecFile::platform(), Content::Text(platform.to_owned()))];
        for (name, text) in teams {
            read.push((SpecFile::team(name), Content::Text(text.to_owned())));
        }
        read.sort_by(|(a, _), (b, _)| a.path.cmp(&b.path));
        check_all(PathBuf::new(), read, schemas, &reader, Vec::new()).expect("texts in memory can be read")
    }

    /// The files beside the specs that a team names.
    pub fn files_of<'a>(&'a self, team: &'a TeamDocument) -> impl Iterator<Item = FileId> + 'a {
        let named = beside::named(&team.document.root).into_iter();
        named.filter_map(|node| self.files.get(node.string()?).copied())
    }

    /// The text of a file beside the specs, by its path below `teams/`.
    pub fn file(&self, path: &str) -> Option<(FileId, &str)> {
        let id = *self.files.get(path)?;
        Some((id, &self.sources.get(id).text))
    }
}

/// Gives every file its id, checks all of them in parallel, and reads the files that they name.
fn check_all(
    root: PathBuf,
    read: Vec<(SpecFile, Content)>,
    schemas: Vec<(String, Content)>,
    reader: &beside::Reader<'_>,
    mut diagnostics: Vec<Diagnostic>,
) -> Result<Workspace> {
    let mut sources = Sources::default();
    let mut files = Vec::with_capacity(read.len());
    for (file, content) in read {
        let (text, problem) = content.into_text();
        let id = sources.add(file.path.clone(), text);
        files.push((id, file, problem));
    }
    let parsed: Vec<(Option<Node>, Vec<Diagnostic>)> = files
        .par_iter()
        .map(|(id, file, problem)| match problem {
            Some(problem) => (None, vec![problem.diagnostic(*id, &sources.get(*id).text)]),
            None => parse_file(*id, file, &sources.get(*id).text),
        })
        .collect();
    let of_team = |is_team: bool| -> Vec<&Node> {
        let documents = files.iter().zip(&parsed).filter(|((_, file, _), _)| file.team.is_some() == is_team);
        documents.filter_map(|(_, (root, _))| root.as_ref()).collect()
    };
    let editor = check::EditorSchemas::new(&of_team(false), &of_team(true));
    let of_schemas: Vec<Vec<Diagnostic>> = files
        .par_iter()
        .zip(&parsed)
        .map(|((id, file, _), (root, _))| root.as_ref().map(|root| check_file(*id, file, root, &editor)))
        .map(Option::unwrap_or_default)
        .collect();
    let mut platform = None;
    let mut teams = Vec::with_capacity(files.len());
    for (((id, file, _), (root, found)), of_schema) in files.into_iter().zip(parsed).zip(of_schemas) {
        let accepted = !found.iter().chain(&of_schema).any(is_error);
        diagnostics.extend(found);
        diagnostics.extend(of_schema);
        let Some(document) = root.filter(|_| accepted).map(|root| Document { file: id, root }) else { continue };
        match file.team {
            Some(name) => teams.push(TeamDocument { name, document }),
            None => platform = Some(document),
        }
    }
    teams.sort_by(|a, b| a.name.cmp(&b.name));
    let documents = platform.iter().chain(teams.iter().map(|team| &team.document)).map(|document| &document.root);
    let files = beside::read(documents, reader, &mut sources, &mut diagnostics)?;
    let schemas = schemas::parse(schemas, &mut sources, &mut diagnostics);
    diagnostic::sort_and_deduplicate(&mut diagnostics);
    Ok(Workspace { root, sources, platform, teams, files, schemas, diagnostics })
}

/// The document, where it could be read, and what is wrong with its TOML. After a syntax error keys are missing or
/// misplaced, so what a schema says would mislead.
fn parse_file(id: FileId, file: &SpecFile, text: &str) -> (Option<Node>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    if let Some(name) = &file.team {
        diagnostics.extend(files::check_team_name(name, Span::new(id, 0..0)));
    }
    let (root, found) = document::parse(id, text);
    let readable = !found.iter().any(is_error);
    diagnostics.extend(found);
    (readable.then_some(root), diagnostics)
}

/// What the schema says of a document.
fn check_file(id: FileId, file: &SpecFile, root: &Node, editor: &check::EditorSchemas) -> Vec<Diagnostic> {
    if root.table().is_some_and(document::Table::is_empty) {
        return vec![files::empty(id, file)];
    }
    editor.check(if file.team.is_some() { SpecSchema::Team } else { SpecSchema::Platform }, root)
}

fn is_error(diagnostic: &Diagnostic) -> bool {
    diagnostic.severity == diagnostic::Severity::Error
}
