//! Manifests that raygen did not write: files, directories and streams, read as objects whose parts know where they
//! stand.

mod files;
mod split;

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Result;
use rayon::prelude::*;

use crate::diagnostic::Diagnostic;
use crate::json::Value;
use crate::source::{FileId, Sources, Span};
use crate::yaml::{self, Places, Problem, ProblemKind};

/// Everything that was read.
#[derive(Debug, Default)]
pub struct Objects {
    /// The files.
    pub sources: Sources,
    /// The objects, in the order of files and documents.
    pub objects: Vec<ReadObject>,
    /// What is wrong with files and their YAML.
    pub diagnostics: Vec<Diagnostic>,
    /// Documents that are no objects, such as a chart's values.
    pub others: usize,
    /// Files that could not be read at all.
    pub unreadable: usize,
}

/// An object and the places of its parts.
#[derive(Clone, Debug)]
pub struct ReadObject {
    /// As written.
    pub value: Value,
    /// The object as the server takes it, where that differs: fields that are null are not there.
    pruned: Option<Value>,
    /// Where its parts stand.
    places: Places,
    /// The document it stands in, or its item of a list.
    pub document: Span,
    /// Helm's comment that names the template it was rendered from.
    pub template: Option<Span>,
}

impl ReadObject {
    /// An object that stands at one place as a whole.
    pub fn at(value: Value, span: Span) -> Self {
        Self::new(value, Places::everywhere(span), span, None)
    }

    fn new(value: Value, places: Places, document: Span, template: Option<Span>) -> Self {
        let pruned = has_null_field(&value).then(|| without_null_fields(value.clone()));
        Self { value, pruned, places, document, template }
    }

    /// The object as the server takes it.
    pub fn taken(&self) -> &Value {
        self.pruned.as_ref().unwrap_or(&self.value)
    }

    /// Where the part at a JSON pointer stands.
    pub fn span(&self, pointer: &str) -> Span {
        self.places.find(&self.value, pointer)
    }

    /// Where its key stands.
    pub fn key_span(&self, pointer: &str) -> Span {
        self.places.find_key(&self.value, pointer)
    }
}

/// Reads paths: files, directories with all their YAML and JSON files, and `-` for stdin.
/// Their sources are added to those given, so that places in either can be shown together.
pub fn load(paths: &[PathBuf], sources: Sources) -> Result<Objects> {
    let mut objects = Objects { sources, ..Objects::default() };
    let known = objects.sources.ids().count();
    for file in files::read(paths)? {
        match file.text {
            Ok(text) => {
                objects.sources.add(file.path, text);
            }
            Err(diagnostic) => {
                let id = objects.sources.add(file.path, "");
                objects.unreadable += 1;
                objects.diagnostics.push(diagnostic.at(Span::new(id, 0..0)));
            }
        }
    }
    objects.parse(known);
    Ok(objects)
}

/// Objects in texts, given with their paths.
pub fn from_texts<'a>(texts: impl IntoIterator<Item = (&'a str, &'a str)>) -> Objects {
    let mut objects = Objects::default();
    for (path, text) in texts {
        objects.sources.add(path, text);
    }
    objects.parse(0);
    objects
}

/// A document's objects and problems.
struct Read {
    objects: Vec<ReadObject>,
    diagnostics: Vec<Diagnostic>,
    is_other: bool,
}

impl Objects {
    /// Parses the files after the first few.
    fn parse(&mut self, known: usize) {
        let sources = &self.sources;
        let documents: Vec<(FileId, split::Document<'_>)> = sources
            .ids()
            .skip(known)
            .flat_map(|id| split::documents(&sources.get(id).text).into_iter().map(move |document| (id, document)))
            .collect();
        let read: Vec<Read> = documents.into_par_iter().map(|(file, document)| read(file, &document)).collect();
        for document in read {
            self.objects.extend(document.objects);
            self.diagnostics.extend(document.diagnostics);
            self.others += usize::from(document.is_other);
        }
    }

    /// API versions and kinds of the objects, and how often each occurs.
    pub fn kinds(&self) -> BTreeMap<(&str, &str), usize> {
        let mut kinds = BTreeMap::new();
        for object in &self.objects {
            let text = |key: &str| object.value[key].as_str().unwrap_or_default();
            *kinds.entry((text("apiVersion"), text("kind"))).or_insert(0) += 1;
        }
        kinds
    }
}

fn read(file: FileId, document: &split::Document<'_>) -> Read {
    let parsed = yaml::parse(document.text, file, document.offset);
    // What cannot be read at one place is seldom read well after it, so the first such problem speaks for the others.
    let mut unread = 0;
    let told = parsed.problems.iter().filter(|problem| {
        unread += usize::from(!matches!(problem.kind, ProblemKind::DuplicateKey(..)));
        matches!(problem.kind, ProblemKind::DuplicateKey(..)) || unread == 1
    });
    let diagnostics = told.map(|problem| diagnostic(problem, document.text)).collect();
    let span = Span::new(file, document.offset..document.offset + document.text.len());
    let template = document.template.clone().map(|range| Span::new(file, range));
    let Some(value) = parsed.value.filter(|value| !value.is_null()) else {
        return Read { objects: Vec::new(), diagnostics, is_other: false };
    };
    if value["apiVersion"].is_null() && value["kind"].is_null() {
        return Read { objects: Vec::new(), diagnostics, is_other: true };
    }
    let object = ReadObject::new(value, parsed.places, span, template);
    Read { objects: items(object), diagnostics, is_other: false }
}

/// The objects of a `List`, as `kubectl get` prints it and `kubectl apply` takes it.
fn items(list: ReadObject) -> Vec<ReadObject> {
    let is_list = list.value["kind"].as_str().is_some_and(|kind| kind.ends_with("List"));
    let Some(Value::Array(items)) = list.value.get("items").filter(|_| is_list) else { return vec![list] };
    let places = list.places.part_at(&list.value, "items");
    let of_item = |(index, value): (usize, &Value)| {
        let places = places.and_then(|places| places.item(index)).cloned().unwrap_or_default();
        let document = places.whole();
        ReadObject::new(value.clone(), places, document, list.template)
    };
    items.iter().enumerate().map(of_item).collect()
}

const RENDER_FIRST: &str = "a Go template has to be rendered first: `helm template … | raygen lint --manifests -`";

fn diagnostic(problem: &Problem, text: &str) -> Diagnostic {
    match &problem.kind {
        ProblemKind::Syntax(message) => {
            let diagnostic = Diagnostic::error("invalid-yaml", problem.span, format!("this is no YAML: {message}"));
            if text.contains("{{") {
                diagnostic.help(RENDER_FIRST)
            } else if text.contains('\t') {
                diagnostic.help("YAML is indented with spaces; a tab counts for nothing")
            } else {
                diagnostic
            }
        }
        ProblemKind::DuplicateKey(key, first) => {
            Diagnostic::error("duplicate-key", problem.span, format!("the key `{key}` stands twice in one map"))
                .label(*first, "the first one")
                .help("keep one of them: strict readers refuse both, others take the last in silence")
        }
        ProblemKind::NoJson(message) => {
            let message = format!("Kubernetes cannot read this: {message}");
            let diagnostic = Diagnostic::error("invalid-yaml", problem.span, message);
            if text.contains("{{") { diagnostic.help(RENDER_FIRST) } else { diagnostic }
        }
    }
}

/// Maps from names to amounts, in which null is no absent field but the amount 0: Go's zero value of a Quantity.
const AMOUNTS: [&str; 2] = ["limits", "requests"];

fn has_null_field(value: &Value) -> bool {
    match value {
        Value::Object(fields) => fields.values().any(|field| field.is_null() || has_null_field(field)),
        Value::Array(items) => items.iter().any(has_null_field),
        _ => false,
    }
}

fn without_null_fields(value: Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .into_iter()
            .filter(|(_, field)| !field.is_null())
            .map(|(key, field)| {
                let field = if AMOUNTS.contains(&key.as_ref()) { field } else { without_null_fields(field) };
                (key, field)
            })
            .collect(),
        Value::Array(items) => items.into_iter().map(without_null_fields).collect(),
        plain => plain,
    }
}
