//! Every string that some emitter is known to write so that some reader takes it for something else.

use raygen::json;
use raygen::json::Value;
use raygen::yaml::emit;

use super::readers::{LibYaml, Reader, Saphyr, pyyaml};

/// Read as another type, dropped or refused by kubectl, yaml.v3 or `PyYAML` when written plain.
const RETYPED: &[&str] = &[
    "",
    "yes",
    "no",
    "on",
    "off",
    "y",
    "n",
    "Y",
    "N",
    "Yes",
    "YES",
    "No",
    "NO",
    "On",
    "ON",
    "Off",
    "OFF",
    "true",
    "TRUE",
    "True",
    "false",
    "False",
    "FALSE",
    "~",
    "null",
    "Null",
    "NULL",
    "1_000",
    "1__0",
    "1_",
    "0_1",
    "1_0.5",
    "685_230.15",
    "685_230.15e+03",
    "685.230_15e+03",
    "0b_1",
    "0o7_7",
    "0x_1",
    "0_x1F",
    "1:30",
    "22:22",
    "12:30:45",
    "190:20:30",
    "190:20:30.15",
    "2001-01-01",
    "2001-1-1",
    "2024-01-01",
    "2024-01-01T00:00:00Z",
    "2026-11-21T05:02:03Z",
    "2001-12-14t21:59:43.10-05:00",
    "2001-12-14 21:59:43.10 -5",
    "=",
    "<<",
    "0o12",
    "012",
    "0777",
    "014",
    "08",
    "09",
    "0x1F",
    "0X1F",
    "0xFF",
    "0b1",
    "0B1",
    "0b101",
    "0O17",
    "1e3",
    "1E3",
    "1e+3",
    "1.5e3",
    "12e03",
    "685e230",
    "7e10293",
    ".5",
    "5.",
    "1.",
    "+1",
    "-1",
    "-0",
    "+.5",
    "-.5",
    "+1_0",
    ".nan",
    ".NaN",
    ".NAN",
    ".inf",
    "-.inf",
    "+.inf",
    ".Inf",
    ".INF",
    "0",
    "00",
    "007",
    "4",
    "1.0",
    "1.5",
    "2.52",
    "9223372036854775808",
    "18446744073709551616",
    "123456789012",
    "012345678901",
    "!foo",
    "@foo",
    "`foo",
    "%foo",
    "&foo",
    "*foo",
    "-",
    "- a",
    "---",
    "...",
    "?",
    "? a",
    ":",
    "#a",
    "{a}",
    "{}",
    "[a]",
    "[]",
    "|",
    ">",
    "|-",
    "a: b",
    "a #b",
    "a:",
    "\"a\"",
    "'a'",
    "'",
    "\"",
    " a",
    "a ",
    " ",
    "\ta",
    "a\t",
    "\t",
    ",",
    "]",
    "}",
    "\u{85}",
    "a\u{85}b",
    "\u{a0}",
    "\u{2028}",
    "a\u{2029}b",
    "\u{feff}",
    "\u{feff}a",
    "\0",
    "\u{7}",
    "\u{1b}[31m",
    "\u{7f}",
    "\r",
    "a\r",
    "a\r\nb",
    "\u{fffe}",
    "\u{200b}",
    "a\u{202e}b",
    "\n",
    "a\n",
    "\na",
];

/// Read as the same string by all of them, and common in manifests, so they stand without quotes.
const PLAIN: &[&str] = &[
    "16Gi",
    "500m",
    "100m",
    "100%",
    "2.52.0",
    "5m",
    "720h",
    "1h30m",
    "2400Gi",
    "rayproject/ray:2.52.0-py311",
    "a#b",
    "a:b",
    "-c",
    "-a",
    "--",
    "--address=auto",
    "/bin/sh",
    "/",
    "10.0.0.0/16",
    "1,000",
    "_1",
    "nan",
    "NaN",
    "inf",
    "Infinity",
    "0xG",
    "us-west-2a",
    "al2023@v20260810",
    "arn:aws:iam::123456789012:role/ray",
    "karpenter.sh/do-not-disrupt",
    "idle_timeout.timeout_seconds=600",
    "http://prometheus.monitoring:9090",
    "a, b",
    "say \"hi\"",
    "it's",
    "C:\\ray",
    "Grüße",
    "日本",
    "🚀",
    "<",
    "==",
    "~/.ssh",
    "$(POD_IP)",
    "ray stop",
    "nvidia.com/gpu",
    "NOT",
    "yes please",
    "None",
];

#[test]
fn every_retyped_string_comes_back() {
    let mut documents = Vec::new();
    let mut expected = Vec::new();
    for text in RETYPED.iter().chain(PLAIN) {
        for value in
            [json!({"k": text}), json!([text]), json!({*text: "v"}), json!({"l": [{*text: [text]}, text], "z": 1})]
        {
            let document = emit(&value);
            assert_eq!(LibYaml.read(&document).as_ref(), Ok(&value), "{document}");
            assert_eq!(Saphyr.read(&document).as_ref(), Ok(&value), "{document}");
            documents.push(document);
            expected.push(value);
        }
    }
    if let Some(read) = pyyaml(&documents) {
        for ((read, value), document) in read.iter().zip(&expected).zip(&documents) {
            assert_eq!(read, value, "{document}");
        }
    }
}

#[test]
fn the_yaml_module_of_python_agrees_that_they_need_quotes() {
    let plain: Vec<String> = PLAIN.iter().map(|text| format!("- {text}\n")).collect();
    if let Some(read) = pyyaml(&plain) {
        let strings: Vec<Value> = PLAIN.iter().map(|text| json!([text])).collect();
        assert_eq!(read, strings);
    }
}

#[test]
fn safe_strings_stay_plain() {
    for text in PLAIN {
        assert_eq!(emit(&json!({"k": text})), format!("k: {text}\n"));
        assert_eq!(emit(&json!({*text: 1})), format!("{text}: 1\n"));
    }
}

#[test]
fn retyped_strings_are_quoted() {
    for text in RETYPED.iter().filter(|text| !text.contains('\n')) {
        let line = emit(&json!([text]));
        assert!(line.starts_with("- \"") || line.starts_with("- '"), "{line}");
    }
}

#[test]
fn quotes_are_double_for_types_and_single_for_syntax() {
    for (text, written) in [
        ("true", "\"true\""),
        ("8", "\"8\""),
        ("[{\"HTTPS\": 443}]", "'[{\"HTTPS\": 443}]'"),
        ("{{ .path }}", "'{{ .path }}'"),
        ("%\\d", "'%\\d'"),
        (" a", "' a'"),
        ("'\"", "\"'\\\"\""),
        ("a: 'b'", "\"a: 'b'\""),
        ("\u{feff}", "\"\\uFEFF\""),
        ("\u{e0001}", "\"\\U000E0001\""),
        ("\"\t\"", "\"\\\"\\t\\\"\""),
    ] {
        assert_eq!(emit(&json!(text)), format!("{written}\n"));
    }
}

#[test]
fn very_long_keys_are_written_after_a_question_mark() {
    let long = "k".repeat(2000);
    let value = json!({*long: {"a": [1]}, "b": [{*long: "x"}]});
    let text = emit(&value);
    assert!(text.starts_with("? kkk"));
    assert_eq!(LibYaml.read(&text), Ok(value.clone()), "{text}");
    assert_eq!(Saphyr.read(&text), Ok(value), "{text}");
}

proptest::proptest! {
    #[test]
    fn whatever_yaml_1_1_types_is_quoted(text in "[-+]?[0-9._:eExobXTZ]{0,3}[0-9a-fA-F._:eE+-]{0,8}|[yYnNtTfFoO][a-zA-Z]{0,4}") {
        if types_of_yaml_1_1::matches(&text) {
            let line = emit(&json!([text]));
            proptest::prop_assert!(line.starts_with("- \""), "{}", line);
        }
    }
}

#[test]
fn the_known_types_of_yaml_1_1_are_recognised() {
    for text in [
        "yes",
        "1_000",
        "0b1",
        "0x_1",
        "190:20:30",
        "190:20:30.15",
        ".5",
        "5.",
        "6.8523015e+5",
        "-.inf",
        ".NaN",
        "~",
        "2001-1-1 1:2:3",
    ] {
        assert!(types_of_yaml_1_1::matches(text), "{text}");
    }
    for text in ["2.52.0", "16Gi", "1e3", "abc", "0b102", "-", "."] {
        assert!(!types_of_yaml_1_1::matches(text), "{text}");
    }
    for text in RETYPED.iter().filter(|text| types_of_yaml_1_1::matches(text)) {
        assert!(emit(&json!([text])).starts_with("- \""), "{text}");
    }
}

/// The implicit types of the YAML 1.1 type repository, spelled out apart from the emitter.
///
/// Its pattern for floats allows any number of points, `2.52.0` among them. No reader follows it there.
mod types_of_yaml_1_1 {
    pub(super) fn matches(text: &str) -> bool {
        const WORDS: &[&str] = &[
            "y", "Y", "yes", "Yes", "YES", "n", "N", "no", "No", "NO", "true", "True", "TRUE", "false", "False",
            "FALSE", "on", "On", "ON", "off", "Off", "OFF", "~", "null", "Null", "NULL", "", "<<", "=", ".nan", ".NaN",
            ".NAN",
        ];
        WORDS.contains(&text) || is_int(unsigned(text)) || is_float(unsigned(text)) || is_timestamp(text)
    }

    fn unsigned(text: &str) -> &str {
        text.strip_prefix(['-', '+']).unwrap_or(text)
    }

    fn made_of(text: &str, characters: &str) -> bool {
        !text.is_empty() && text.chars().all(|character| characters.contains(character))
    }

    fn is_sexagesimal(text: &str) -> bool {
        let mut parts = text.split(':');
        let first = parts.next().unwrap_or_default();
        let rest: Vec<&str> = parts.collect();
        first.starts_with(|digit: char| digit.is_ascii_digit())
            && made_of(first, "0123456789_")
            && !rest.is_empty()
            && rest.iter().all(|part| part.len() <= 2 && part.parse::<u8>().is_ok_and(|number| number < 60))
    }

    fn is_int(text: &str) -> bool {
        let radix = |prefix, digits| text.strip_prefix(prefix).is_some_and(|rest| made_of(rest, digits));
        radix("0b", "01_")
            || radix("0x", "0123456789abcdefABCDEF_")
            || radix("0", "01234567_")
            || text == "0"
            || text.starts_with(|digit: char| ('1'..='9').contains(&digit)) && made_of(text, "0123456789_")
            || is_sexagesimal(text)
    }

    fn is_float(text: &str) -> bool {
        if [".inf", ".Inf", ".INF"].contains(&text) {
            return true;
        }
        let Some((whole, fraction)) = text.split_once('.') else { return false };
        if is_sexagesimal(whole) {
            return fraction.is_empty() || made_of(fraction, "0123456789_");
        }
        let (digits, exponent) = match fraction.split_once(['e', 'E']) {
            Some((digits, exponent)) => (digits, Some(exponent)),
            None => (fraction, None),
        };
        let starts_well = whole.is_empty() && !digits.is_empty()
            || whole.starts_with(|digit: char| digit.is_ascii_digit()) && made_of(whole, "0123456789_");
        starts_well
            && (digits.is_empty() || made_of(digits, "0123456789_"))
            && exponent.is_none_or(|exponent| {
                exponent.strip_prefix(['-', '+']).is_some_and(|rest| made_of(rest, "0123456789"))
            })
    }

    fn is_timestamp(text: &str) -> bool {
        let end = text.find(['T', 't', ' ', '\t']).unwrap_or(text.len());
        let lengths: Vec<usize> = text[..end].split('-').map(str::len).collect();
        text[..end].chars().all(|character| character.is_ascii_digit() || character == '-')
            && matches!(lengths[..], [4, 1..=2, 1..=2])
    }
}
