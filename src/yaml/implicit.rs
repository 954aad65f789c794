//! What a plain scalar means to kubectl, Argo CD and Helm: the YAML 1.1 of goyaml v2 (`resolve.go`), through which
//! sigs.k8s.io/yaml reads everything before the API server sees it as JSON.

use crate::json::Value;

/// The JSON value of a plain scalar; `None` for a number that JSON cannot carry.
///
/// A time is text, and so are numbers in the sixties. `_` between digits counts for nothing.
pub(super) fn plain(text: &str) -> Option<Value> {
    if let Some(value) = word(text) {
        return Some(value);
    }
    if is_not_finite(text) {
        return None;
    }
    let number = match text.as_bytes() {
        [b'0'..=b'9' | b'+' | b'-', ..] => number(&text.replace('_', "")),
        [b'.', ..] => float(text),
        _ => None,
    };
    Some(number.unwrap_or_else(|| Value::String(text.to_owned())))
}

/// goyaml's table of words; no other mixture of cases counts.
fn word(text: &str) -> Option<Value> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Some(Value::Null),
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Some(Value::Bool(true)),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Some(Value::Bool(false))
        }
        _ => None,
    }
}

fn is_not_finite(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN")
}

/// Go's `ParseInt` with base 0, then a decimal float. `08` is no octal number, so it is the float 8.
fn number(text: &str) -> Option<Value> {
    integer(text).or_else(|| float(text))
}

fn integer(text: &str) -> Option<Value> {
    let (negative, digits) = match text.as_bytes()[0] {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &digits[2..]),
        [b'0', b'o' | b'O', ..] => (8, &digits[2..]),
        [b'0', b'b' | b'B', ..] => (2, &digits[2..]),
        [b'0', _, ..] => (8, &digits[1..]),
        _ => (10, digits),
    };
    // Rust would accept a second sign here.
    if !digits.starts_with(|first: char| first.is_ascii_hexdigit()) {
        return None;
    }
    let magnitude = u64::from_str_radix(digits, radix).ok()?;
    if !negative {
        return Some(Value::from(magnitude));
    }
    0_i64.checked_sub_unsigned(magnitude).map(Value::from)
}

/// A float of YAML 1.1; a whole one is an integer to JSON, as Go writes it.
fn float(text: &str) -> Option<Value> {
    /// Up to here doubles are exact.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if !is_float(text.as_bytes()) {
        return None;
    }
    let number: f64 = text.parse().ok().filter(|number: &f64| number.is_finite())?;
    if number.fract() == 0.0 && number.abs() <= EXACT {
        #[expect(clippy::cast_possible_truncation, reason = "it is whole and within the bound")]
        return Some(Value::from(number as i64));
    }
    Some(Value::from(number))
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn is_float(text: &[u8]) -> bool {
    let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut rest = text.strip_prefix(b"+").or_else(|| text.strip_prefix(b"-")).unwrap_or(text);
    let whole = digits(rest);
    rest = &rest[whole..];
    if let Some(fraction) = rest.strip_prefix(b".") {
        let places = digits(fraction);
        if whole + places == 0 {
            return false;
        }
        rest = &fraction[places..];
    } else if whole == 0 {
        return false;
    }
    let Some(exponent) = rest.strip_prefix(b"e").or_else(|| rest.strip_prefix(b"E")) else { return rest.is_empty() };
    let exponent = exponent.strip_prefix(b"+").or_else(|| exponent.strip_prefix(b"-")).unwrap_or(exponent);
    !exponent.is_empty() && digits(exponent) == exponent.len()
}

#[cfg(test)]
mod tests {
    use crate::json;

    use super::plain;

    #[test]
    fn words_of_yaml_1_1_are_booleans_and_nulls() {
        for (text, value) in [
            ("yes", json!(true)),
            ("Y", json!(true)),
            ("On", json!(true)),
            ("off", json!(false)),
            ("n", json!(false)),
            ("~", json!(null)),
            ("", json!(null)),
            ("yEs", json!("yEs")),
            ("nan", json!("nan")),
            ("=", json!("=")),
        ] {
            assert_eq!(plain(text), Some(value), "{text}");
        }
    }

    #[test]
    fn numbers_are_those_of_go() {
        for (text, value) in [
            ("1_000", json!(1000)),
            ("1_", json!(1)),
            ("_1", json!("_1")),
            ("012", json!(10)),
            ("0o12", json!(10)),
            ("08", json!(8)),
            ("00", json!(0)),
            ("0x1F", json!(31)),
            ("0B1", json!(1)),
            ("0b102", json!("0b102")),
            ("0x", json!("0x")),
            ("+1", json!(1)),
            ("-0", json!(0)),
            ("--1", json!("--1")),
            ("+-1", json!("+-1")),
            ("1e3", json!(1000)),
            (".5", json!(0.5)),
            ("+.5", json!(0.5)),
            ("5.", json!(5)),
            ("2.52", json!(2.52)),
            ("2.52.0", json!("2.52.0")),
            ("12e03", json!(12000)),
            ("1e", json!("1e")),
            ("1e999", json!("1e999")),
            (".", json!(".")),
            ("-", json!("-")),
            ("1:30", json!("1:30")),
            ("2024-01-01", json!("2024-01-01")),
            ("18446744073709551615", json!(18_446_744_073_709_551_615_u64)),
            ("-9223372036854775808", json!(i64::MIN)),
        ] {
            assert_eq!(plain(text), Some(value), "{text}");
        }
        assert!(
            plain("18446744073709551616").is_some_and(|value| value.as_f64().is_some() && value.as_u64().is_none())
        );
    }

    #[test]
    fn json_has_no_number_without_end() {
        for text in [".nan", ".inf", "-.Inf", "+.INF"] {
            assert_eq!(plain(text), None, "{text}");
        }
        assert_eq!(plain("inf"), Some(json!("inf")));
    }
}
