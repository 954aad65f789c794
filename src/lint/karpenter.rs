//! NodePools and EC2NodeClasses as rules look at them.

use std::collections::{BTreeMap, BTreeSet};

use super::{Object, Pod, Subject};
use crate::diagnostic::Fix;
use crate::json::Value;

/// A pool's requirements.
pub(super) const REQUIREMENTS: &str = "/spec/template/spec/requirements";

/// `karpenter.sh/capacity-type`.
pub(super) const CAPACITY_TYPE: &str = "karpenter.sh/capacity-type";

/// The items of the list at a JSON pointer; nothing where there is none.
pub(super) fn items<'a>(object: &Object<'a>, pointer: &str) -> impl Iterator<Item = (usize, &'a Value)> {
    object.get(pointer).and_then(Value::as_array).into_iter().flatten().enumerate()
}

/// The entries of the table at a JSON pointer; nothing where there is none.
pub(super) fn entries<'a>(object: &Object<'a>, pointer: &str) -> impl Iterator<Item = (&'a str, &'a Value)> {
    object.get(pointer).and_then(Value::as_object).into_iter().flatten()
}

/// The texts of a list.
pub(super) fn texts(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str)
}

/// A key as a token of a JSON pointer.
pub(super) fn token(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// The capacity types that a pool may launch. A pool that does not say may launch all of them.
pub(super) fn capacity_types(pool: &Object<'_>) -> BTreeSet<&'static str> {
    let mut allowed = BTreeSet::from(["on-demand", "reserved", "spot"]);
    for (_, requirement) in items(pool, REQUIREMENTS).filter(|(_, each)| each["key"] == CAPACITY_TYPE) {
        let listed: Vec<&str> = texts(&requirement["values"]).collect();
        match requirement["operator"].as_str() {
            Some("In") => allowed.retain(|each| listed.contains(each)),
            Some("NotIn") => allowed.retain(|each| !listed.contains(each)),
            _ => {}
        }
    }
    allowed
}

/// JSON pointer of the last requirement for a label, or of all requirements.
pub(super) fn requirement_for(pool: &Object<'_>, key: &str) -> String {
    let last = items(pool, REQUIREMENTS).filter(|(_, each)| each["key"] == key).last();
    last.map_or_else(|| REQUIREMENTS.to_owned(), |(index, _)| format!("{REQUIREMENTS}/{index}"))
}

/// Family and version of a class's AMI alias.
pub(super) fn alias<'a>(class: &Object<'a>) -> Option<(&'a str, &'a str)> {
    items(class, "/spec/amiSelectorTerms").find_map(|(_, term)| term["alias"].as_str()?.split_once('@'))
}

/// The AMI family in lower case, of `amiFamily` or of the alias; empty where neither says.
pub(super) fn family(class: &Object<'_>) -> String {
    let written = class.text("/spec/amiFamily");
    let family = if written.is_empty() { alias(class).map_or("", |(family, _)| family) } else { written };
    family.to_lowercase()
}

/// The device that holds images and pods (Karpenter `pkg/providers/amifamily`, `EphemeralBlockDevice`); `None` for families
/// whose disks Karpenter does not know.
pub(super) fn data_device(family: &str) -> Option<&'static str> {
    match family {
        "al2" | "al2023" => Some("/dev/xvda"),
        "bottlerocket" => Some("/dev/xvdb"),
        _ => None,
    }
}

/// The EC2NodeClasses by name, within each environment.
pub(super) fn classes<'s, 'a>(subject: &'s Subject<'a>) -> BTreeMap<(&'a str, &'a str), &'s Object<'a>> {
    subject.of_kind("EC2NodeClass").map(|class| ((class.environment_name, class.name()), class)).collect()
}

/// Whether a pod's `karpenter.sh/do-not-disrupt` protects it.
pub(super) fn protected(pod: &Pod<'_>) -> bool {
    let value = pod.get("/metadata/annotations/karpenter.sh~1do-not-disrupt").and_then(Value::as_str);
    value.is_some_and(|value| value == "true" || is_go_duration(value))
}

/// Seconds of a duration as Karpenter's CRDs take it; `None` for `Never` and for what is none.
pub(super) fn seconds(duration: &str) -> Option<u64> {
    let mut total = 0_u64;
    let mut digits = String::new();
    for letter in duration.chars() {
        let unit = match letter {
            '0'..='9' => {
                digits.push(letter);
                continue;
            }
            's' => 1,
            'm' => 60,
            'h' => 3600,
            _ => return None,
        };
        total = total.saturating_add(digits.parse::<u64>().ok()?.saturating_mul(unit));
        digits.clear();
    }
    (digits.is_empty() && !duration.is_empty()).then_some(total)
}

/// Whether Go's `time.ParseDuration` reads the text.
pub(super) fn is_go_duration(text: &str) -> bool {
    let mut rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    if rest == "0" {
        return true;
    }
    let mut parts = 0;
    while !rest.is_empty() {
        let number = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let units = ["ns", "us", "µs", "ms", "s", "m", "h"];
        let unit = units.into_iter().filter(|unit| rest[number..].starts_with(unit)).max_by_key(|unit| unit.len());
        let (Ok(_), Some(unit)) = (rest[..number].parse::<f64>(), unit) else { return false };
        rest = &rest[number + unit.len()..];
        parts += 1;
    }
    parts > 0
}

/// Whether the text is a label's value: at most 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends.
pub(super) fn is_label_value(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let ends = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_alphanumeric);
    let bytes = text.as_bytes();
    bytes.len() <= 63 && bytes.iter().copied().all(inner) && ends(bytes.first()) && ends(bytes.last())
}

/// Whether the text is a label's key: a name like a value's, after an optional DNS subdomain and a slash.
pub(super) fn is_label_key(text: &str) -> bool {
    let (prefix, name) = text.split_once('/').map_or((None, text), |(prefix, name)| (Some(prefix), name));
    let subdomain = |prefix: &str| {
        let part = |part: &str| {
            let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
            !part.is_empty() && part.bytes().all(inner) && !part.starts_with('-') && !part.ends_with('-')
        };
        prefix.len() <= 253 && prefix.split('.').all(part)
    };
    !name.is_empty() && is_label_value(name) && prefix.is_none_or(subdomain)
}

/// The edit that writes `value` where the part at a JSON pointer comes from; `None` where that is not a key of the
/// team's own file.
pub(super) fn set(object: &Object<'_>, pointer: &str, value: impl Into<String>) -> Option<Fix> {
    let manifest = object.manifest()?;
    let keys: Vec<String> = manifest.place(pointer).keys().map(str::to_owned).collect();
    let own = !keys.is_empty() && !keys.iter().any(|key| key == "patch");
    Some(Fix::Set { team: manifest.team.clone()?, keys, value: value.into() }).filter(|_| own)
}

#[cfg(test)]
mod tests {
    use super::{is_go_duration, is_label_key, is_label_value, seconds};

    #[test]
    fn durations_of_karpenter_are_seconds() {
        assert_eq!(seconds("1h30m"), Some(5400));
        assert_eq!(seconds("0s"), Some(0));
        assert_eq!(seconds("Never"), None);
        assert_eq!(seconds("30"), None);
        assert_eq!(seconds(""), None);
    }

    #[test]
    fn durations_of_go_are_recognized() {
        for text in ["30m", "1.5h", "1h30m", "500ms", "0", "2us"] {
            assert!(is_go_duration(text), "{text}");
        }
        for text in ["", "yes", "30", "1d", "h", "1h x"] {
            assert!(!is_go_duration(text), "{text}");
        }
    }

    #[test]
    fn labels_are_recognized() {
        assert!(is_label_value("") && is_label_value("a.b_c-1") && !is_label_value("a/b") && !is_label_value("-a"));
        assert!(is_label_key("example.com/name") && is_label_key("Name"));
        assert!(!is_label_key("my team") && !is_label_key("Example.com/x") && !is_label_key("a/b/c"));
    }
}
