//! A text as documents, so that one that is no YAML does not hide those after it.

use std::ops::Range;

/// One document of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Document<'t> {
    /// Its text.
    pub(super) text: &'t str,
    /// Where it begins in the whole.
    pub(super) offset: usize,
    /// The line by which Helm says which template it comes from.
    pub(super) template: Option<Range<usize>>,
}

/// Splits at lines that begin with `---`, as kubectl does (apimachinery `util/yaml`, `YAMLReader`). What follows on such
/// a line belongs to the new document.
pub(super) fn documents(text: &str) -> Vec<Document<'_>> {
    if text.trim_start().starts_with('{') {
        return of_json(text);
    }
    let mut documents = Vec::new();
    let (mut start, mut offset) = (0, 0);
    for line in text.split_inclusive('\n') {
        if is_marker(line) {
            push(&mut documents, text, start..offset);
            start = offset + 3;
        }
        offset += line.len();
    }
    push(&mut documents, text, start..text.len());
    documents
}

fn is_marker(line: &str) -> bool {
    line.strip_prefix("---").is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n']))
}

/// JSON values one after another, as `jq` and `kubectl get -o json` print them. Where it is no JSON, it is one document,
/// for flow maps of YAML begin in the same way.
fn of_json(text: &str) -> Vec<Document<'_>> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<serde::de::IgnoredAny>();
    let (mut documents, mut start) = (Vec::new(), 0);
    while let Some(value) = values.next() {
        if value.is_err() {
            return vec![Document { text, offset: 0, template: None }];
        }
        push(&mut documents, text, start..values.byte_offset());
        start = values.byte_offset();
    }
    documents
}

fn push<'t>(documents: &mut Vec<Document<'t>>, text: &'t str, range: Range<usize>) {
    let part = &text[range.clone()];
    let mut lines = part.lines().map(str::trim);
    if lines.all(|line| line.is_empty() || line.starts_with('#') || line.starts_with('%')) {
        return;
    }
    documents.push(Document { text: part, offset: range.start, template: template(part, range.start) });
}

/// Helm writes `# Source: <chart>/templates/<file>` before each document (`pkg/action`, `renderResources`).
fn template(document: &str, offset: usize) -> Option<Range<usize>> {
    let mut at = offset;
    for line in document.split_inclusive('\n') {
        if line.starts_with("# Source: ") {
            return Some(at..at + line.trim_end().len());
        }
        if !(line.trim().is_empty() || line.starts_with('#')) {
            return None;
        }
        at += line.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::documents;

    fn split(text: &str) -> Vec<(&str, usize)> {
        documents(text).into_iter().map(|document| (document.text, document.offset)).collect()
    }

    #[test]
    fn documents_end_at_three_dashes() {
        assert_eq!(split("a: 1\n---\nb: 2\n"), [("a: 1\n", 0), ("\nb: 2\n", 8)]);
        assert_eq!(split("---\n---\n# nothing\n--- # one\na: 1\n---"), [(" # one\na: 1\n", 21)]);
        assert_eq!(split("%YAML 1.1\n---\na: 1\n"), [("\na: 1\n", 13)]);
        assert_eq!(split("a: |\n  ---\n  b\n----\n"), [("a: |\n  ---\n  b\n----\n", 0)]);
        assert_eq!(split("a: 1\r\n---\r\nb: 2\r\n"), [("a: 1\r\n", 0), ("\r\nb: 2\r\n", 9)]);
        assert_eq!(split(""), []);
    }

    #[test]
    fn values_of_json_follow_each_other() {
        assert_eq!(split("{\"a\": 1}\n{\"b\": 2}\n"), [("{\"a\": 1}", 0), ("\n{\"b\": 2}", 8)]);
        assert_eq!(split("{a: 1}\n"), [("{a: 1}\n", 0)]);
    }

    #[test]
    fn helm_names_the_template() {
        let text = "---\n# Source: ray-cluster/templates/a.yaml\nkind: A\n---\nkind: B\n# Source: no\n";
        let templates: Vec<_> =
            documents(text).into_iter().map(|document| document.template.map(|range| &text[range])).collect();
        assert_eq!(templates, [Some("# Source: ray-cluster/templates/a.yaml"), None]);
    }
}
