//! How text is written so that every reader gets it back as the same text.
//!
//! Readers disagree: kubectl and Argo CD read by goyaml v2 (YAML 1.1 booleans, `1_000`, `0B1`), Flux and kustomize by
//! yaml.v3 (timestamps), `PyYAML` knows sexagesimal numbers and the keys `=` and `<<`. So text is plain only where none of
//! them could take it for something else; a few strings that all would read well are quoted too, which costs nothing.
//!
//! Text that a reader would take for another type stands in double quotes (`"true"`, `"8"`). Text whose characters mean
//! something to YAML stands in single quotes (`'{{ .path }}'`), unless it has a `'` or a character that needs an escape.
//! Text of several lines is a literal block, unless a block cannot carry it or would hide what it carries.

/// How a piece of text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Single,
    Double,
    Literal,
}

/// What happens to text that ends with more than one newline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keep {
    /// A `|+` block.
    Literal,
    /// Double quotes, for a text at the very end of a document.
    Quoted,
}

/// The style for a value.
pub(super) fn style(text: &str, keep: Keep) -> Style {
    let seen = classes(text);
    if seen & BREAK == 0 {
        inline(text, seen)
    } else if seen & CONTROL == 0
        && fits_literal(text)
        && (keep == Keep::Literal || !text.ends_with("\n\n"))
        && !(seen & WIDE != 0 && text.chars().any(is_unseen))
    {
        Style::Literal
    } else {
        Style::Double
    }
}

/// Writes a key, or a text where no block may stand.
pub(super) fn write_inline(out: &mut String, text: &str) {
    write(out, text, inline(text, classes(text)));
}

/// Writes text in a style of one line.
pub(super) fn write(out: &mut String, text: &str, style: Style) {
    match style {
        Style::Plain => out.push_str(text),
        Style::Single => {
            out.push('\'');
            out.push_str(text);
            out.push('\'');
        }
        Style::Double | Style::Literal => write_double(out, text),
    }
}

/// A space, `:` or `#`: what makes a comment or a map out of plain text, depending on its neighbours.
const SEPARATOR: u8 = 1;
const BREAK: u8 = 2;
const TAB: u8 = 4;
/// Control characters other than tab and newline.
const CONTROL: u8 = 8;
/// A byte of a character outside ASCII.
const WIDE: u8 = 16;

const CLASS: [u8; 256] = {
    let mut class = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        class[byte] = match byte {
            0x20 | 0x3A | 0x23 => SEPARATOR,
            0x0A => BREAK,
            0x09 => TAB,
            0x00..0x20 | 0x7F => CONTROL,
            0x80.. => WIDE,
            _ => 0,
        };
        byte += 1;
    }
    class
};

fn classes(text: &str) -> u8 {
    text.bytes().fold(0, |seen, byte| seen | CLASS[usize::from(byte)])
}

fn inline(text: &str, seen: u8) -> Style {
    let needs_escape = seen & (BREAK | TAB | CONTROL) != 0 || seen & WIDE != 0 && text.chars().any(is_unseen);
    if needs_escape || is_typed(text.as_bytes()) {
        Style::Double
    } else if !is_syntax(text.as_bytes(), seen) {
        Style::Plain
    } else if text.contains('\'') {
        Style::Double
    } else {
        Style::Single
    }
}

/// Whether some reader takes plain text for something other than text.
fn is_typed(text: &[u8]) -> bool {
    match text {
        [] | [b'~' | b'='] | b"<<" => true,
        [b'a'..=b'z' | b'A'..=b'Z', ..] => is_word(text),
        [b'0'..=b'9' | b'+' | b'-' | b'.', ..] => resembles_number(text),
        _ => false,
    }
}

/// Whether the text, if plain, would be read as a comment, a map, a list, a tag, a document's end or not at all.
fn is_syntax(text: &[u8], seen: u8) -> bool {
    if seen & SEPARATOR != 0 && has_separator(text) {
        return true;
    }
    match text {
        // `---` and `...` end a document, in the first column.
        [b'-'] | [b'-', b' ', ..] | [b'-', b'-', b'-', ..] | [b'.', b'.', b'.', ..] => true,
        // The indicators of YAML 1.2.2 §5.3. `?` and `:` may start plain text in places, but no one reads that easily.
        [first, ..] => b"?:,[]{}#&*!|>'\"%@`".contains(first),
        [] => false,
    }
}

/// `: `, ` #`, a colon at the end, or a blank at either end.
fn has_separator(text: &[u8]) -> bool {
    matches!(text, [b' ', ..] | [.., b' ' | b':'])
        || text.windows(2).any(|pair| matches!(pair, [b':', b' '] | [b' ', b'#']))
}

/// The booleans and nulls of YAML 1.1 and 1.2, in any mixture of cases.
fn is_word(text: &[u8]) -> bool {
    text.len() <= 5
        && ["y", "n", "yes", "no", "on", "off", "true", "false", "null"]
            .iter()
            .any(|word| text.eq_ignore_ascii_case(word.as_bytes()))
}

/// Numbers, dates and times of any reader, and whatever is made of their characters only.
///
/// Go drops all `_` before it looks, so `0_x1` is 1. What has two points is a version or an address to all of them.
fn resembles_number(text: &[u8]) -> bool {
    let unsigned = if matches!(text[0], b'+' | b'-') { &text[1..] } else { text };
    if !matches!(unsigned, [b'0'..=b'9' | b'.' | b'_', ..]) {
        return false;
    }
    if unsigned.eq_ignore_ascii_case(b".inf") || unsigned.eq_ignore_ascii_case(b".nan") {
        return true;
    }
    resembles_date(unsigned) || resembles_radix(unsigned) || resembles_decimal(unsigned)
}

/// `2001-01-01`, whatever follows.
fn resembles_date(text: &[u8]) -> bool {
    let [a, b, c, d, b'-', rest @ ..] = text else { return false };
    [a, b, c, d].iter().all(|byte| byte.is_ascii_digit())
        && matches!(rest, [b'0'..=b'9', b'-', b'0'..=b'9', ..] | [b'0'..=b'9', b'0'..=b'9', b'-', b'0'..=b'9', ..])
}

/// `0x1F`, `0o17`, `0b1`, in either case of the letter.
fn resembles_radix(text: &[u8]) -> bool {
    let mut digits = text.iter().filter(|byte| **byte != b'_');
    digits.next() == Some(&b'0')
        && digits.next().is_some_and(|radix| matches!(radix | 0x20, b'x' | b'o' | b'b'))
        && digits.all(u8::is_ascii_hexdigit)
}

/// Digits with at most one point, exponents and the colons of sexagesimal numbers.
fn resembles_decimal(text: &[u8]) -> bool {
    let mut points = 0;
    let mut previous = 0;
    text.iter().all(|byte| {
        let belongs = match byte {
            b'0'..=b'9' | b'_' | b':' | b'e' | b'E' => true,
            b'.' => {
                points += 1;
                points == 1
            }
            b'+' | b'-' => matches!(previous, b'e' | b'E' | b'_'),
            _ => false,
        };
        previous = *byte;
        belongs
    })
}

/// Characters that readers drop, refuse or take for a line break, and those that a reviewer cannot see: blanks other than
/// the space, zero-width characters and the direction marks that make text read differently from what it says.
fn is_unseen(character: char) -> bool {
    !character.is_ascii()
        && (character.is_control()
            || character.is_whitespace()
            || matches!(character,
                '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
                | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{FFFE}' | '\u{FFFF}'
                | '\u{E0000}'..='\u{E007F}'))
}

/// Whether a literal block can carry the text without blanks at the end of a line.
///
/// libyaml refuses a tab where it looks for the block's indentation, so the first line with text may not start with one.
fn fits_literal(text: &str) -> bool {
    let start = text.trim_start_matches('\n');
    !start.is_empty() && !start.starts_with('\t') && text.split('\n').all(|line| !line.ends_with([' ', '\t']))
}

/// Double quotes, with the escapes of JSON, which every YAML reader knows.
fn write_double(out: &mut String, text: &str) {
    out.push('"');
    let mut written = 0;
    for (offset, character) in text.char_indices() {
        if !matches!(character, '"' | '\\' | '\0'..' ' | '\u{7F}') && !is_unseen(character) {
            continue;
        }
        out.push_str(&text[written..offset]);
        written = offset + character.len_utf8();
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ => push_code_point(out, u32::from(character)),
        }
    }
    out.push_str(&text[written..]);
    out.push('"');
}

fn push_code_point(out: &mut String, code: u32) {
    let (letter, digits) = if code > 0xFFFF { ('U', 8) } else { ('u', 4) };
    out.push('\\');
    out.push(letter);
    for position in (0..digits).rev() {
        let digit = char::from_digit(code >> (4 * position) & 0xF, 16);
        out.push(digit.expect("four bits are a hexadecimal digit").to_ascii_uppercase());
    }
}
