//! Looks up parts of JSON values, millions of times a run.

use serde_json::Value;

/// Up to this many fields a scan is faster than the hash of the name.
const FEW: usize = 12;

/// The field of an object; `None` where there is none, or no object.
pub(crate) fn field<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    match value {
        Value::Object(fields) if fields.len() <= FEW => {
            fields.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
        }
        Value::Object(fields) => fields.get(name),
        _ => None,
    }
}

/// The value at a JSON pointer, found without the copies that `Value::pointer` makes of every token.
pub(crate) fn at<'a>(value: &'a Value, pointer: &str) -> Option<&'a Value> {
    if pointer.contains('~') {
        return value.pointer(pointer);
    }
    let mut tokens = pointer.split('/');
    tokens.next().filter(|before| before.is_empty())?;
    tokens.try_fold(value, |value, token| match value {
        Value::Array(items) => items.get(token.parse::<usize>().ok()?),
        _ => field(value, token),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::at;

    #[test]
    fn a_part_is_found_as_the_standard_says() {
        let many: serde_json::Map<_, _> = (0..40).map(|n| (format!("key-{n}"), json!(n))).collect();
        let value = json!({ "a": [{ "b": 1 }, 2], "c/d": 3, "": 4, "many": many });
        for pointer in
            ["", "/", "/a", "/a/0/b", "/a/1", "/a/2", "/a/x", "/a/0/b/c", "/c~1d", "/many/key-39", "/many/key-40", "a"]
        {
            assert_eq!(at(&value, pointer), value.pointer(pointer), "{pointer}");
        }
    }
}
