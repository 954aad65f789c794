//! Reads a YAML document as Kubernetes does, and remembers where everything stands.

use std::borrow::Cow;
use std::collections::HashMap;

use granit_parser::{Event, Parser, ScalarStyle, ScanError, Tag};

use super::implicit;
use super::places::Places;
use crate::json::{Map, Value};
use crate::source::{FileId, Span};

/// Lists and maps within each other. The deepest CRD has 45; the readers of Kubernetes stop at 10,000.
const DEEPEST: usize = 128;
/// Nodes that aliases may repeat. A manifest repeats a few hundred; a bomb repeats billions.
const MOST_REPEATED: usize = 100_000;

/// A document, and everything that is wrong with its YAML.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// What stands there; `None` where it could not be read or nothing stands there.
    pub value: Option<Value>,
    /// Where its parts stand.
    pub places: Places,
    /// What is wrong, in the order of the text.
    pub problems: Vec<Problem>,
}

/// What is wrong with a document's YAML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub span: Span,
    /// What.
    pub kind: ProblemKind,
}

/// Kinds of problems.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// It is no YAML, in the parser's words.
    Syntax(String),
    /// A key stands twice in a map; the first place.
    DuplicateKey(String, Span),
    /// It is YAML, but nothing that JSON has.
    NoJson(String),
}

/// Parses the document that begins at `offset` in a file.
pub fn parse(text: &str, file: FileId, offset: usize) -> Parsed {
    let options = granit_parser::options! {
        emit_comments: false,
        flow_nesting_limit: DEEPEST,
        block_nesting_limit: DEEPEST,
    };
    let mut composer = Composer {
        text,
        file,
        offset,
        events: Parser::new_from_str_with_options(text, options),
        anchors: HashMap::new(),
        repeated: 0,
        problems: Vec::new(),
    };
    match composer.document() {
        Ok(found) => {
            let (value, places) =
                found.map_or_else(|| (None, Places::default()), |node| (Some(node.value), node.places));
            Parsed { value, places, problems: composer.problems }
        }
        Err(problem) => {
            composer.problems.push(problem);
            Parsed { value: None, places: Places::default(), problems: composer.problems }
        }
    }
}

/// A value, its places, and how many nodes it has.
#[derive(Clone)]
struct Node {
    value: Value,
    places: Places,
    size: usize,
    /// Whether it begins where its key does not stand: a block, or nothing at all.
    is_block: bool,
}

impl Node {
    /// The same, pointed at by its key.
    fn under(mut self, key: Span) -> Self {
        self.places.key = key;
        if self.is_block {
            self.places.span = key;
        }
        self
    }
}

struct Composer<'t> {
    text: &'t str,
    file: FileId,
    offset: usize,
    events: Parser<'t, granit_parser::StrInput<'t>>,
    anchors: HashMap<usize, Node>,
    repeated: usize,
    problems: Vec<Problem>,
}

type Step<'t> = (Event<'t>, Span);

impl<'t> Composer<'t> {
    fn next(&mut self) -> Result<Step<'t>, Problem> {
        match self.events.next() {
            Some(Ok((event, span))) => {
                let byte = |marker: granit_parser::Marker| marker.byte_offset().unwrap_or_default();
                Ok((event, self.span(byte(span.start), byte(span.end))))
            }
            Some(Err(error)) => Err(self.syntax(&error)),
            None => Ok((Event::StreamEnd, self.span(self.text.len(), self.text.len()))),
        }
    }

    /// A scalar over several lines is pointed at in its first line.
    fn span(&self, start: usize, end: usize) -> Span {
        let end = self.text[start..end.max(start)].find('\n').map_or(end.max(start), |length| start + length);
        Span::new(self.file, self.offset + start..self.offset + end)
    }

    fn syntax(&self, error: &ScanError) -> Problem {
        let at = error.marker().byte_offset().unwrap_or_default().min(self.text.len());
        // An error at the end belongs to the last line with text.
        let at = if self.text[at..].trim().is_empty() { self.text.trim_end().len() } else { at };
        let start = self.text.floor_char_boundary(at);
        let end = self.text[start..].chars().next().map_or(start, |character| start + character.len_utf8());
        Problem { span: self.span(start, end), kind: ProblemKind::Syntax(error.info().clone()) }
    }

    /// The first node of the stream; what follows it, but for the end, is no part of a single document.
    fn document(&mut self) -> Result<Option<Node>, Problem> {
        let mut root = None;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamEnd => return Ok(root),
                Event::StreamStart | Event::DocumentStart(..) | Event::DocumentEnd => {}
                event => {
                    let node = self.node(event, span)?;
                    // After `...` further documents may follow, which readers of Kubernetes pass over.
                    root.get_or_insert(node);
                }
            }
        }
    }

    fn node(&mut self, event: Event<'t>, span: Span) -> Result<Node, Problem> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let value = self.scalar(text, style, tag.as_deref(), span);
                let is_block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) || value.is_null();
                Ok(self.anchored(anchor, Node { value, places: Places::everywhere(span), size: 1, is_block }))
            }
            Event::SequenceStart(_, anchor, _) => {
                let node = self.sequence(span)?;
                Ok(self.anchored(anchor, node))
            }
            Event::MappingStart(_, anchor, _) => {
                let node = self.mapping(span)?;
                Ok(self.anchored(anchor, node))
            }
            Event::Alias(anchor) => self.alias(anchor, span),
            // Nothing else stands where a node is due; should it ever, the document cannot be read.
            _ => Err(Problem { span, kind: ProblemKind::NoJson("there is no value here".to_owned()) }),
        }
    }

    fn anchored(&mut self, anchor: usize, node: Node) -> Node {
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        node
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<Node, Problem> {
        let no_json = |message: &str| Problem { span, kind: ProblemKind::NoJson(message.to_owned()) };
        let Some(node) = self.anchors.get(&anchor) else {
            return Err(no_json("an alias stands within what it repeats"));
        };
        self.repeated += node.size;
        if self.repeated > MOST_REPEATED {
            return Err(no_json(&format!("aliases repeat more than {MOST_REPEATED} values")));
        }
        Ok(node.clone())
    }

    fn sequence(&mut self, span: Span) -> Result<Node, Problem> {
        let (mut items, mut parts, mut size) = (Vec::new(), Vec::new(), 1);
        loop {
            let (event, at) = self.next()?;
            if matches!(event, Event::SequenceEnd) {
                return Ok(Node {
                    value: Value::Array(items),
                    places: Places { span, key: span, parts },
                    size,
                    is_block: true,
                });
            }
            let mut node = self.node(event, at)?;
            size += node.size;
            if let Some(first) = node.places.parts.first() {
                // The item's first line: its first key and value.
                let end = first.span.end.max(at.start);
                node.places.span = Span { start: at.start, end: self.line_end(at.start, end), ..at };
            }
            items.push(node.value);
            parts.push(node.places);
        }
    }

    /// The end of a span that begins at `start`, kept within that line.
    fn line_end(&self, start: u32, end: u32) -> u32 {
        let from = start as usize - self.offset;
        let to = (end as usize).saturating_sub(self.offset).clamp(from, self.text.len());
        self.span(from, to).end
    }

    fn mapping(&mut self, span: Span) -> Result<Node, Problem> {
        let (mut fields, mut parts, mut size) = (Map::new(), Vec::new(), 1);
        let mut keys: Vec<Span> = Vec::new();
        let mut more: Vec<Node> = Vec::new();
        loop {
            let (event, key_span) = self.next()?;
            let (key, is_merge) = match event {
                Event::MappingEnd => break,
                Event::Scalar(text, style, anchor, tag) => {
                    let is_merge = text == "<<" && style == ScalarStyle::Plain && tag.is_none();
                    let key = self.scalar(text, style, tag.as_deref(), key_span);
                    let places = Places::everywhere(key_span);
                    self.anchored(anchor, Node { value: key.clone(), places, size: 1, is_block: false });
                    (key, is_merge)
                }
                Event::Alias(anchor) => (self.alias(anchor, key_span)?.value, false),
                other => (self.node(other, key_span)?.value, false),
            };
            let (event, at) = self.next()?;
            let node = self.node(event, at)?.under(key_span);
            size += node.size;
            if is_merge {
                more.push(node);
                continue;
            }
            let Some(key) = self.key(key, key_span) else { continue };
            if let Some(index) = fields.position(&key) {
                let first = keys[index];
                self.problems.push(Problem { span: key_span, kind: ProblemKind::DuplicateKey(key.clone(), first) });
                parts[index] = node.places;
            } else {
                keys.push(key_span);
                parts.push(node.places);
            }
            fields.insert(key, node.value);
        }
        for node in more {
            self.merge(node, &mut fields, &mut parts);
        }
        Ok(Node { value: Value::Object(fields), places: Places { span, key: span, parts }, size, is_block: true })
    }

    /// Adds what `<<` names and the map does not have itself.
    fn merge(&mut self, node: Node, fields: &mut Map, parts: &mut Vec<Places>) {
        match node.value {
            Value::Object(others) => {
                for ((key, value), places) in others.into_iter().zip(node.places.parts) {
                    if !fields.contains_key(&key) {
                        fields.insert(key, value);
                        parts.push(places);
                    }
                }
            }
            Value::Array(items) => {
                for (value, places) in items.into_iter().zip(node.places.parts) {
                    self.merge(Node { value, places, size: 0, is_block: true }, fields, parts);
                }
            }
            _ => self.no_json(node.places.span, "`<<` takes a map or a list of maps"),
        }
    }

    fn no_json(&mut self, span: Span, message: &str) {
        self.problems.push(Problem { span, kind: ProblemKind::NoJson(message.to_owned()) });
    }

    /// A key as JSON has it: text. sigs.k8s.io/yaml turns booleans and numbers into theirs.
    fn key(&mut self, key: Value, span: Span) -> Option<String> {
        match key {
            Value::String(text) => Some(text),
            Value::Bool(flag) => Some(flag.to_string()),
            Value::Number(number) => Some(number.to_string()),
            Value::Null => {
                self.no_json(span, "a key is null");
                None
            }
            Value::Array(_) | Value::Object(_) => {
                self.no_json(span, "a key is a list or a map");
                None
            }
        }
    }

    fn scalar(&mut self, text: Cow<'t, str>, style: ScalarStyle, tag: Option<&Tag>, span: Span) -> Value {
        let implicit = match tag {
            None => style == ScalarStyle::Plain,
            Some(tag) => matches!(tag.core_suffix(), Some("null" | "bool" | "int" | "float")),
        };
        if !implicit {
            return Value::String(text.into_owned());
        }
        implicit::plain(&text).unwrap_or_else(|| {
            self.no_json(span, &format!("`{text}` is no number that JSON has"));
            Value::Null
        })
    }
}
