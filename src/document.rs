//! TOML documents as trees of values that know where they stand.
//!
//! Layers are merged as such trees, so that every value of a resolved team still carries the file, the line and the
//! layer that set it.

use indexmap::IndexMap;
use serde::de::value::{MapAccessDeserializer, MapDeserializer, SeqDeserializer};
use serde::de::{self, Deserializer, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::Diagnostic;
use crate::json::Value as Json;
use crate::source::{FileId, Span};

/// A table in the order of its file.
pub type Table = IndexMap<String, Node>;

/// A value and the place where it stands.
#[derive(Clone, Debug)]
pub struct Node {
    /// The value's own place; for a table with a header, the header.
    pub span: Span,
    /// The place of its key; equal to `span` for items of arrays.
    pub key: Span,
    /// What stands there.
    pub value: Value,
}

/// A TOML value.
#[derive(Clone, Debug)]
pub enum Value {
    /// A string, unescaped.
    String(String),
    /// An integer.
    Integer(i64),
    /// A float.
    Float(f64),
    /// `true` or `false`.
    Boolean(bool),
    /// A date or time, as written. No key of a spec takes one.
    Datetime(String),
    /// An array; it replaces a weaker layer's array whole.
    Array(Vec<Node>),
    /// A table, whether inline or under a header.
    Table(Table),
}

impl Node {
    /// The table, if it is one.
    pub fn table(&self) -> Option<&Table> {
        match &self.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The string, if it is one.
    pub fn string(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The items, if it is an array.
    pub fn items(&self) -> &[Self] {
        match &self.value {
            Value::Array(items) => items,
            _ => &[],
        }
    }

    /// The child under a key or an index, as a path segment names it.
    pub fn child(&self, segment: &str) -> Option<&Self> {
        match &self.value {
            Value::Table(table) => table.get(segment),
            Value::Array(items) => items.get(segment.parse::<usize>().ok()?),
            _ => None,
        }
    }

    /// The node at `path`, or the nearest one above it that exists.
    pub fn nearest<'a>(&self, path: impl IntoIterator<Item = &'a str>) -> &Self {
        let mut node = self;
        for segment in path {
            match node.child(segment) {
                Some(child) => node = child,
                None => break,
            }
        }
        node
    }

    /// The plain value. Dates become strings, which the schemas then refuse with a place.
    pub fn to_json(&self) -> Json {
        match &self.value {
            Value::String(text) | Value::Datetime(text) => Json::String(text.clone()),
            Value::Integer(number) => Json::from(*number),
            Value::Float(number) => float(*number),
            Value::Boolean(flag) => Json::Bool(*flag),
            Value::Array(items) => items.iter().map(Self::to_json).collect(),
            Value::Table(table) => to_json(table),
        }
    }
}

/// JSON Schema counts 8.0 among the integers, so it has to be one for serde too.
fn float(number: f64) -> Json {
    // Up to here doubles are exact.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() <= EXACT {
        #[expect(clippy::cast_possible_truncation, reason = "it is whole and within the bound")]
        return Json::from(number as i64);
    }
    Json::from(number)
}

/// A table as a JSON object, in the same order.
pub fn to_json(table: &Table) -> Json {
    table.iter().map(|(key, node)| (key.clone(), node.to_json())).collect()
}

/// A table as a type, by the same reading as its JSON has.
pub fn read<'de, T: de::Deserialize<'de>>(table: &'de Table) -> Result<T, Mismatch> {
    T::deserialize(entries(table))
}

/// The value is none of the type. What is wrong with values is for the schemas to say, and to say it takes time that
/// types with several forms, such as quantities, would spend on every form that a value does not have.
#[derive(Clone, Copy, Debug)]
pub struct Mismatch;

impl std::fmt::Display for Mismatch {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("the value is none of the type")
    }
}

impl std::error::Error for Mismatch {}

impl de::Error for Mismatch {
    fn custom<T: std::fmt::Display>(_: T) -> Self {
        Self
    }
}

fn entries(table: &Table) -> MapDeserializer<'_, impl Iterator<Item = (&str, &Node)>, Mismatch> {
    MapDeserializer::new(table.iter().map(|(key, node)| (key.as_str(), node)))
}

impl<'de> IntoDeserializer<'de, Mismatch> for &'de Node {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for &'de Node {
    type Error = Mismatch;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match &self.value {
            Value::String(text) | Value::Datetime(text) => visitor.visit_borrowed_str(text),
            Value::Integer(number) => integer(*number, visitor),
            Value::Float(number) => match float(*number) {
                Json::Null => visitor.visit_unit(),
                json => match json.as_i64() {
                    Some(whole) => integer(whole, visitor),
                    None => visitor.visit_f64(*number),
                },
            },
            Value::Boolean(flag) => visitor.visit_bool(*flag),
            Value::Array(items) => SeqDeserializer::new(items.iter()).deserialize_any(visitor),
            Value::Table(table) => entries(table).deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match &self.value {
            // JSON has no such number.
            Value::Float(number) if !number.is_finite() => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        match &self.value {
            Value::String(text) | Value::Datetime(text) => visitor.visit_enum(text.as_str().into_deserializer()),
            Value::Table(table) if table.len() == 1 => visitor.visit_enum(MapAccessDeserializer::new(entries(table))),
            _ => Err(Mismatch),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier
    }
}

/// JSON tells numbers apart by their sign.
fn integer<'de, V: Visitor<'de>>(number: i64, visitor: V) -> Result<V::Value, Mismatch> {
    match u64::try_from(number) {
        Ok(number) => visitor.visit_u64(number),
        Err(_) => visitor.visit_i64(number),
    }
}

/// Parses a document. What is wrong with its syntax is reported, and what could be read is returned.
pub fn parse(file: FileId, text: &str) -> (Node, Vec<Diagnostic>) {
    let (parsed, errors) = DeTable::parse_recoverable(text);
    let mut diagnostics: Vec<Diagnostic> = errors
        .iter()
        .map(|error| {
            let span = Span::new(file, error.span().unwrap_or(0..0));
            let message = error.message().replace('\n', "; ");
            Diagnostic::error("invalid-toml", span, message)
        })
        .collect();
    let mut reader = Reader { file, text, depth: 0, diagnostics: &mut diagnostics };
    let table = reader.table(parsed.into_inner());
    let start = Span::new(file, 0..0);
    (Node { span: start, key: start, value: Value::Table(table) }, diagnostics)
}

struct Reader<'a> {
    file: FileId,
    text: &'a str,
    depth: usize,
    diagnostics: &'a mut Vec<Diagnostic>,
}

/// Specs are less than ten levels deep, `pod` and `container` less than twenty. The toml crate takes 80 levels of
/// brackets with 80 dotted keys each, which no stack of a thread takes.
const DEEPEST: usize = 64;

impl Reader<'_> {
    fn table(&mut self, table: DeTable<'_>) -> Table {
        table
            .into_iter()
            .map(|(key, value)| {
                let key_span = Span::new(self.file, key.span());
                let span = Span::new(self.file, value.span());
                let value = self.value(value.into_inner(), span);
                (key.into_inner().into_owned(), Node { span, key: key_span, value })
            })
            .collect()
    }

    fn value(&mut self, value: DeValue<'_>, span: Span) -> Value {
        if self.depth == DEEPEST {
            let message = format!("a value more than {DEEPEST} levels deep");
            self.diagnostics.push(Diagnostic::error("invalid-toml", span, message));
            dismantle(value);
            return Value::Boolean(false);
        }
        self.depth += 1;
        let value = self.shallow_value(value, span);
        self.depth -= 1;
        value
    }

    fn shallow_value(&mut self, value: DeValue<'_>, span: Span) -> Value {
        match value {
            DeValue::String(text) => Value::String(text.into_owned()),
            DeValue::Integer(number) => {
                let parsed = i64::from_str_radix(number.as_str(), number.radix());
                Value::Integer(parsed.unwrap_or_else(|_| {
                    let message = format!("`{number}` does not fit into 64 bits");
                    self.diagnostics.push(Diagnostic::error("invalid-toml", span, message));
                    0
                }))
            }
            DeValue::Float(number) => Value::Float(number.as_str().parse().unwrap_or(f64::NAN)),
            DeValue::Boolean(flag) => Value::Boolean(flag),
            DeValue::Datetime(datetime) => Value::Datetime(datetime.to_string()),
            DeValue::Array(items) => Value::Array(
                items
                    .into_iter()
                    .map(|item| {
                        let span = Span::new(self.file, item.span());
                        Node { span, key: span, value: self.value(item.into_inner(), span) }
                    })
                    .collect(),
            ),
            DeValue::Table(table) => {
                self.warn_about_toml_1_1(span);
                Value::Table(self.table(table))
            }
        }
    }

    /// Taplo 0.9.3, Tombi's default and Python's tomllib read TOML 1.0, where an inline table stands on one line and
    /// ends without a comma; the toml crate reads 1.1.
    fn warn_about_toml_1_1(&mut self, span: Span) {
        let text = &self.text[span.range()];
        let Some(inner) = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) else {
            return;
        };
        let problem = if inner.trim_end().ends_with(',') {
            "an inline table that ends with a comma"
        } else if spans_lines(inner) {
            "an inline table over several lines"
        } else {
            return;
        };
        let message = format!("{problem} is TOML 1.1, which many editors and tools cannot read yet");
        self.diagnostics.push(
            Diagnostic::warning("toml-1-1-syntax", span, message)
                .help("write it on one line without the last comma, or give the table a header of its own"),
        );
    }
}

/// Drops a value without recursion.
fn dismantle(value: DeValue<'_>) {
    let mut rest = vec![value];
    while let Some(value) = rest.pop() {
        match value {
            DeValue::Array(items) => rest.extend(items.into_iter().map(toml::Spanned::into_inner)),
            DeValue::Table(table) => rest.extend(table.into_iter().map(|(_, value)| value.into_inner())),
            _ => {}
        }
    }
}

/// Whether a line ends outside of strings and of nested arrays, where TOML 1.0 allows it too.
fn spans_lines(inner: &str) -> bool {
    let mut depth = 0_usize;
    let mut chars = inner.chars();
    while let Some(next) = chars.next() {
        match next {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            '\n' if depth == 0 => return true,
            // Text in quotes: a multi-line string ends the scan, for it may hold anything.
            '"' | '\'' => {
                let mut escaped = false;
                for inside in chars.by_ref() {
                    match inside {
                        '\n' => return false,
                        _ if escaped => escaped = false,
                        '\\' if next == '"' => escaped = true,
                        _ if inside == next => break,
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    false
}
