//! Prints schemas so that a change of one field is a change of one line.

use serde_json::Value;

const WIDTH: usize = 120;

/// The text of a schema file: what fits stands on one line, the rest is broken and indented by one space.
pub fn print(schema: &Value) -> String {
    let mut text = String::new();
    write(schema, 0, 0, &mut text);
    text.push('\n');
    text
}

fn write(value: &Value, depth: usize, before: usize, text: &mut String) {
    let flat = value.to_string();
    if depth + before + flat.len() <= WIDTH {
        text.push_str(&flat);
        return;
    }
    match value {
        Value::Object(members) => {
            let members = members.iter().map(|(key, value)| (Value::from(key.as_str()).to_string() + ": ", value));
            block('{', '}', members, depth, text);
        }
        Value::Array(items) => {
            block('[', ']', items.iter().map(|item| (String::new(), item)), depth, text);
        }
        _ => text.push_str(&flat),
    }
}

fn block<'a>(
    open: char,
    close: char,
    entries: impl Iterator<Item = (String, &'a Value)>,
    depth: usize,
    text: &mut String,
) {
    text.push(open);
    for (index, (label, value)) in entries.enumerate() {
        text.push_str(if index == 0 { "\n" } else { ",\n" });
        text.push_str(&" ".repeat(depth + 1));
        text.push_str(&label);
        write(value, depth + 1, label.len(), text);
    }
    text.push('\n');
    text.push_str(&" ".repeat(depth));
    text.push(close);
}
