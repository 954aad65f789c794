//! stand-in
use crate::diagnostic::Diagnostic;
use crate::document::Node;
use crate::source::{FileId, Sources};
#[derive(Clone, Debug)]
pub struct Workspace {
    pub root: std::path::PathBuf,
    pub sources: Sources,
    pub platform: Option<Document>,
    pub teams: Vec<TeamDocument>,
    pub diagnostics: Vec<Diagnostic>,
}
#[derive(Clone, Debug)]
pub struct Document {
    pub file: FileId,
    pub root: Node,
}
#[derive(Clone, Debug)]
pub struct TeamDocument {
    pub name: String,
    pub document: Document,
}
