//! Writes values as YAML that no reader retypes, and reads YAML as Kubernetes does.
//!
//! The layout is what yamllint's default profile and pre-commit's whitespace hooks accept: maps and lists in block
//! style, lists indented under their key, text of several lines as a literal block, LF, one newline at the end, nothing
//! folded or wrapped. `order` says which keys come first, `scalar` how text is quoted.

mod implicit;
mod order;
mod parse;
mod places;
mod scalar;

use std::fmt::Write as _;

use serde_json::Number;

pub use parse::{Parsed, Problem, ProblemKind, parse};
pub use places::Places;
use scalar::{Keep, Style};

use crate::json::{Map, Value};

/// An implicit key may not be longer than 1024 characters (YAML 1.2.2 §7.4); what is longer is written after `? `.
const LONGEST_IMPLICIT_KEY: usize = 1000;

/// The value as one YAML document.
pub fn emit(value: &Value) -> String {
    let mut text = String::with_capacity(4096);
    write_into(&mut text, value);
    text
}

/// Appends the value as one YAML document. `out` is empty or ends with a newline, as after a comment.
pub fn write_into(out: &mut String, value: &Value) {
    let start = out.len();
    write_document(out, value, Keep::Literal);
    // A `|+` block at the end of a document would be cut by every end-of-file fixer, and its value with it.
    if out[start..].ends_with("\n\n") {
        out.truncate(start);
        write_document(out, value, Keep::Quoted);
    }
}

fn write_document(out: &mut String, value: &Value, keep: Keep) {
    let mut emitter = Emitter { out, keep, entries: Vec::new() };
    match value {
        Value::Object(map) if !map.is_empty() => emitter.map(map, 0, order::DOCUMENT),
        Value::Array(items) if !items.is_empty() => emitter.list(items, 0, ""),
        Value::String(text) => {
            scalar::write_inline(emitter.out, text);
            emitter.out.push('\n');
        }
        other => {
            emitter.leaf(other, 0);
            emitter.out.push('\n');
        }
    }
}

struct Emitter<'value, 'out> {
    out: &'out mut String,
    keep: Keep,
    /// The entries of the maps that are being reordered, innermost last, so that no map allocates for itself.
    entries: Vec<(usize, &'value str, &'value Value)>,
}

impl<'value> Emitter<'value, '_> {
    /// A map with entries. The cursor already stands at column `indent`.
    fn map(&mut self, map: &'value Map, indent: usize, leading: &[&str]) {
        let rank = |key: &str| leading.iter().position(|name| *name == key).unwrap_or(leading.len());
        if leading.is_empty() || map.keys().map(rank).is_sorted() {
            for (index, (key, value)) in map.iter().enumerate() {
                self.entry(index == 0, key, value, indent);
            }
            return;
        }
        let start = self.entries.len();
        self.entries.extend(map.iter().map(|(key, value)| (rank(key), key, value)));
        self.entries[start..].sort_by_key(|(rank, ..)| *rank);
        for index in start..self.entries.len() {
            let (_, key, value) = self.entries[index];
            self.entry(index == start, key, value, indent);
        }
        self.entries.truncate(start);
    }

    fn entry(&mut self, first: bool, key: &'value str, value: &'value Value, indent: usize) {
        if !first {
            self.spaces(indent);
        }
        let start = self.out.len();
        scalar::write_inline(self.out, key);
        if self.out.len() - start > LONGEST_IMPLICIT_KEY {
            self.out.insert_str(start, "? ");
            self.out.push('\n');
            self.spaces(indent);
        }
        self.out.push(':');
        match value {
            Value::Object(map) if !map.is_empty() => {
                self.line(indent + 2);
                self.map(map, indent + 2, order::of_map(key));
            }
            Value::Array(items) if !items.is_empty() => {
                self.line(indent + 2);
                self.list(items, indent + 2, key);
            }
            leaf => {
                self.out.push(' ');
                self.leaf(leaf, indent);
                self.out.push('\n');
            }
        }
    }

    /// A list with items, found under the key `holder`. The cursor already stands at column `indent`.
    fn list(&mut self, items: &'value [Value], indent: usize, holder: &str) {
        let leading = order::of_item(holder);
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.spaces(indent);
            }
            self.out.push_str("- ");
            match item {
                Value::Object(map) if !map.is_empty() => self.map(map, indent + 2, leading),
                Value::Array(items) if !items.is_empty() => self.list(items, indent + 2, ""),
                leaf => {
                    self.leaf(leaf, indent);
                    self.out.push('\n');
                }
            }
        }
    }

    /// What fits behind a key or a dash, without the newline. `indent` is the column of that key or dash.
    fn leaf(&mut self, value: &Value, indent: usize) {
        match value {
            Value::Null => self.out.push_str("null"),
            Value::Bool(true) => self.out.push_str("true"),
            Value::Bool(false) => self.out.push_str("false"),
            Value::Number(number) => write_number(self.out, number),
            Value::Array(_) => self.out.push_str("[]"),
            Value::Object(_) => self.out.push_str("{}"),
            Value::String(text) => match scalar::style(text, self.keep) {
                Style::Literal => self.literal(text, indent + 2),
                inline => scalar::write(self.out, text, inline),
            },
        }
    }

    /// A literal block at column `indent`, without the last newline.
    fn literal(&mut self, text: &str, indent: usize) {
        self.out.push('|');
        // Readers take the indentation from the first line that is not empty, unless it is given.
        if text.trim_start_matches('\n').starts_with(' ') {
            self.out.push('2');
        }
        let body = match text.strip_suffix('\n') {
            Some(body) if body.ends_with('\n') => {
                self.out.push('+');
                body
            }
            Some(body) => body,
            None => {
                self.out.push('-');
                text
            }
        };
        for line in body.split('\n') {
            self.out.push('\n');
            if !line.is_empty() {
                self.spaces(indent);
                self.out.push_str(line);
            }
        }
    }

    fn line(&mut self, indent: usize) {
        self.out.push('\n');
        self.spaces(indent);
    }

    fn spaces(&mut self, mut count: usize) {
        const SPACES: &str = "                                                                ";
        while count > SPACES.len() {
            self.out.push_str(SPACES);
            count -= SPACES.len();
        }
        self.out.push_str(&SPACES[..count]);
    }
}

/// Numbers as JSON writes them, but for exponents: YAML 1.1 knows them only with a point and a sign, `1.0e+21`.
fn write_number(out: &mut String, number: &Number) {
    let start = out.len();
    write!(out, "{number}").expect("writing to a String cannot fail");
    if let Some(exponent) = out[start..].find('e').map(|offset| start + offset) {
        if !out[exponent + 1..].starts_with(['-', '+']) {
            out.insert(exponent + 1, '+');
        }
        if !out[start..exponent].contains('.') {
            out.insert_str(exponent, ".0");
        }
    }
}
