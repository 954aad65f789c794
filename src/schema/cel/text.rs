//! Texts: regular expressions, each compiled once, and base64.

use std::collections::BTreeMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use regex::Regex;

/// Rules name few expressions and match them many times.
static COMPILED: LazyLock<Mutex<BTreeMap<String, Option<Regex>>>> = LazyLock::new(Mutex::default);
/// A rule may make expressions up from the object; those are not kept for ever.
const MOST_KEPT: usize = 1000;

/// The regular expression of that text; `None` where it is none. Go's syntax and that of the crate are both RE2's.
pub(super) fn regex(text: &str) -> Option<Regex> {
    let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = compiled.get(text) {
        return known.clone();
    }
    if compiled.len() >= MOST_KEPT {
        compiled.clear();
    }
    let regex = Regex::new(text).ok();
    compiled.insert(text.to_owned(), regex.clone());
    regex
}

/// The bytes of padded base64.
pub(super) fn base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0);
    for byte in text.trim_end_matches('=').bytes() {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(digit);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xFF).ok()?);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn base64_is_read() {
        assert_eq!(base64("cmF5"), Some(b"ray".to_vec()));
        assert_eq!(base64("cg=="), Some(b"r".to_vec()));
        assert_eq!(base64("c?"), None);
    }
}
