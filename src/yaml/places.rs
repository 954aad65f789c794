//! Where the parts of a YAML document stand.

use crate::json::Value;
use crate::source::Span;

/// The places of a value and of everything in it, in the value's own order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Places {
    /// What to point at: a scalar itself, the key of a map or a list, the first line of a list's item.
    pub(super) span: Span,
    /// The key, where there is one; else the same.
    pub(super) key: Span,
    pub(super) parts: Vec<Places>,
}

impl Places {
    /// The place of everything is this one.
    pub fn everywhere(span: Span) -> Self {
        Self { span, key: span, parts: Vec::new() }
    }

    /// The place of the part of `value` at a JSON pointer, or of the nearest part around it. `value` is what these are
    /// the places of.
    pub fn find(&self, value: &Value, pointer: &str) -> Span {
        self.nearest(value, pointer).span
    }

    /// The place of the key of the part at a JSON pointer, for what is wrong with the key itself.
    pub fn find_key(&self, value: &Value, pointer: &str) -> Span {
        self.nearest(value, pointer).key
    }

    fn nearest(&self, value: &Value, pointer: &str) -> &Self {
        let (mut places, mut value) = (self, value);
        for token in pointer.split('/').skip(1) {
            let token = token.replace("~1", "/").replace("~0", "~");
            let Some((part, below)) = places.part(value, &token) else { break };
            (places, value) = (part, below);
        }
        places
    }

    /// The places of one field of `value`.
    pub fn part_at(&self, value: &Value, field: &str) -> Option<&Self> {
        self.part(value, field).map(|(part, _)| part)
    }

    /// The places of one item of a list.
    pub fn item(&self, index: usize) -> Option<&Self> {
        self.parts.get(index)
    }

    /// From the first place to the last.
    pub fn whole(&self) -> Span {
        let mut span = self.span;
        for part in &self.parts {
            let part = part.whole();
            span = Span { start: span.start.min(part.start), end: span.end.max(part.end), ..span };
        }
        span
    }

    fn part<'a, 'v>(&'a self, value: &'v Value, token: &str) -> Option<(&'a Self, &'v Value)> {
        let (index, below) = match value {
            Value::Object(fields) => (fields.position(token)?, fields.get(token)?),
            Value::Array(items) => {
                let index = token.parse::<usize>().ok()?;
                (index, items.get(index)?)
            }
            _ => return None,
        };
        Some((self.parts.get(index)?, below))
    }
}
