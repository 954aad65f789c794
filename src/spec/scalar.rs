//! Values with a grammar of their own: quantities, durations and versions.
//!
//! Each grammar stands once, as the pattern in the JSON Schema; what to say about a value that does not match is
//! [`explain`]ed here too.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};

/// An amount of cpu, memory or storage as Kubernetes writes it: `500m`, `4`, `16Gi`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quantity(String);

impl Quantity {
    /// The number of base units (cores, bytes), or `None` for an amount beyond what a double holds exactly enough.
    pub fn value(&self) -> Option<f64> {
        let (digits, scale) = split_suffix(&self.0)?;
        digits.parse::<f64>().ok().map(|number| number * scale)
    }

    /// The amount as people wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Quantity {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Kubernetes' suffixes (`apimachinery/pkg/api/resource`, suffix.go); an exponent such as `1e3` has none.
fn split_suffix(text: &str) -> Option<(&str, f64)> {
    const SUFFIXES: [(&str, f64); 15] = [
        ("Ki", 1024.0),
        ("Mi", 1_048_576.0),
        ("Gi", 1_073_741_824.0),
        ("Ti", 1_099_511_627_776.0),
        ("Pi", 1_125_899_906_842_624.0),
        ("Ei", 1_152_921_504_606_846_976.0),
        ("n", 1e-9),
        ("u", 1e-6),
        ("m", 1e-3),
        ("k", 1e3),
        ("M", 1e6),
        ("G", 1e9),
        ("T", 1e12),
        ("P", 1e15),
        ("E", 1e18),
    ];
    let found = SUFFIXES.iter().find_map(|(suffix, scale)| Some((text.strip_suffix(suffix)?, *scale)));
    Some(found.unwrap_or((text, 1.0))).filter(|(digits, _)| !digits.is_empty())
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Integer(i64),
            Float(f64),
            Text(String),
        }
        Ok(Self(match Written::deserialize(deserializer)? {
            Written::Integer(number) => number.to_string(),
            // `cpu = 0.5`: the API server takes no floats, so the fraction becomes milli-units.
            Written::Float(number) if number.fract() != 0.0 => {
                format!("{}m", (number * 1000.0).round())
            }
            Written::Float(number) => number.to_string(),
            Written::Text(text) => text,
        }))
    }
}

/// Declares a string newtype whose grammar is a pattern.
macro_rules! text_type {
    ($(#[$doc:meta])* $name:ident, $format:literal, $pattern:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The text as people wrote it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "format": $format, "pattern": $pattern })
            }
        }
    };
}

text_type! {
    /// A Go duration (`time.ParseDuration`): `90s`, `1h30m`. There is no unit for days.
    Duration, "duration", r"^([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$"
}
text_type! {
    /// A duration as Karpenter's CRDs take it: whole hours, minutes and seconds, or `Never` (karpenter.sh NodePool,
    /// `expireAfter`, since 1.4).
    KarpenterDuration, "karpenter-duration", "^(([0-9]+(s|m|h))+|Never)$"
}
text_type! {
    /// A version with all three parts, because facts change in patches.
    Version, "version", r"^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)([-.]?[A-Za-z][0-9A-Za-z.-]*)?$"
}

text_type! {
    /// A block of IPv4 or IPv6 addresses.
    Cidr, "cidr", r"^([0-9]{1,3}(\.[0-9]{1,3}){3}/([12]?[0-9]|3[0-2])|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*/([1-9]?[0-9]|1[01][0-9]|12[0-8]))$"
}
text_type! {
    /// A release of the Pod Security Standards (`k8s.io/pod-security-admission`, api/helpers.go).
    PodSecurityVersion, "pod-security-version", r"^(latest|v1\.(0|[1-9][0-9]*))$"
}

text_type! {
    /// Versions that a policy allows: `2.52.1` is one version, `2.52` all its patches, `>=2.50, <3` a range.
    VersionRange, "version-range",
    r"^ *([0-9]+(\.[0-9]+){0,2}|(>=|<=|>|<|=|~|\^) *[0-9]+(\.[0-9]+){0,2}( *, *(>=|<=|>|<|=|~|\^) *[0-9]+(\.[0-9]+){0,2})*) *$"
}

impl VersionRange {
    /// Whether it has the version. One that is no range has none.
    pub fn has(&self, version: &semver::Version) -> bool {
        let text = self.0.trim();
        let exact = text.starts_with(|c: char| c.is_ascii_digit());
        let range =
            if exact { semver::VersionReq::parse(&format!("={text}")) } else { semver::VersionReq::parse(text) };
        range.is_ok_and(|range| range.matches(version))
    }
}

impl Duration {
    /// Whole seconds, rounded up; `None` beyond what fits.
    pub fn seconds(&self) -> Option<i32> {
        let mut total = 0.0;
        let mut rest = self.0.as_str();
        while !rest.is_empty() {
            let unit_at = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
            let number: f64 = rest[..unit_at].parse().ok()?;
            let unit_end = rest[unit_at..].find(|c: char| c.is_ascii_digit()).map_or(rest.len(), |at| unit_at + at);
            total += number
                * match &rest[unit_at..unit_end] {
                    "ns" => 1e-9,
                    "us" | "µs" => 1e-6,
                    "ms" => 1e-3,
                    "s" => 1.0,
                    "m" => 60.0,
                    "h" => 3600.0,
                    _ => return None,
                };
            rest = &rest[unit_end..];
        }
        let seconds = total.ceil();
        // The bound is checked, so the conversion is exact.
        #[expect(clippy::cast_possible_truncation)]
        (seconds <= f64::from(i32::MAX)).then_some(seconds as i32)
    }
}

impl Version {
    /// Major, minor and patch; what follows (`rc0`, `-py311`) does not order Ray's gates (KubeRay
    /// `utils/validation.go` compares with apimachinery's generic version).
    pub fn triple(&self) -> semver::Version {
        let mut parts = self.0.splitn(3, '.').map(|part| {
            let digits = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
            part[..digits].parse().unwrap_or(u64::MAX)
        });
        let mut next = || parts.next().unwrap_or(0);
        semver::Version::new(next(), next(), next())
    }
}

impl JsonSchema for Quantity {
    fn schema_name() -> Cow<'static, str> {
        "Quantity".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        // Karpenter's and KubeRay's CRDs carry the same grammar (`resource.Quantity`), but without a sign here: no key
        // of a spec takes a negative amount.
        json_schema!({
            "type": ["string", "number"],
            "format": "quantity",
            "pattern": r"^([0-9]+(\.[0-9]*)?|\.[0-9]+)(([KMGTPE]i)|[numkMGTPE]|([eE][+-]?[0-9]+))?$",
            "minimum": 0
        })
    }
}

/// What to tell about a value that does not match its grammar: the sentence and the remedy.
pub fn explain(format: &str, text: &str) -> Option<(String, Option<String>)> {
    Some(match format {
        "quantity" => (format!("`{text}` is no quantity"), quantity_remedy(text)),
        "duration" => (
            format!("`{text}` is no duration"),
            Some(duration_remedy(text).unwrap_or_else(|| "write hours, minutes and seconds, such as `1h30m`".into())),
        ),
        "karpenter-duration" => (
            format!("`{text}` is no duration that Karpenter takes"),
            Some(
                duration_remedy(text)
                    .unwrap_or_else(|| "write whole hours, minutes and seconds, such as `1h30m`, or `Never`".into()),
            ),
        ),
        "version" => (
            format!("`{text}` is no full version"),
            Some(if text.split('.').count() == 2 && !text.ends_with('.') {
                format!("facts change in patches: write all three parts, such as `{text}.0`")
            } else {
                "write all three parts, such as `1.7.0`".into()
            }),
        ),
        "version-range" => (
            format!("`{text}` is no version and no range of versions"),
            Some("write `2.52.1` for one version, `2.52` for all its patches, or a range such as `>=2.50, <3`".into()),
        ),
        "dns-label" => (
            format!("`{text}` is no valid name"),
            Some("use lower-case letters, digits and `-`; start with a letter, end with a letter or digit".into()),
        ),
        "cidr" => (
            format!("`{text}` is no block of addresses"),
            Some("write the first address and the number of fixed bits, such as `10.0.0.0/16`".into()),
        ),
        "pod-security-version" => (
            format!("`{text}` is no release of the Pod Security Standards"),
            Some("write a minor version, such as `v1.34`, or `latest`".into()),
        ),
        "ami-alias" => (
            format!("`{text}` is no pinned AMI alias"),
            Some("write family and version, such as `al2023@v20260810` or `bottlerocket@v1.20.4`".into()),
        ),
        _ => return None,
    })
}

/// `16GB` and `16 Gi` are the usual slips.
fn quantity_remedy(text: &str) -> Option<String> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    if number.is_empty() || number.parse::<f64>().is_err() {
        return Some("write a number and a unit, such as `500m`, `4` or `16Gi`".into());
    }
    let unit = unit.trim();
    let letter = unit.chars().next()?.to_ascii_uppercase();
    match letter {
        'K' => Some(format!("write `{number}Ki` (1024 bytes each) or `{number}k` (1000 bytes each)")),
        'M' | 'G' | 'T' | 'P' | 'E' => {
            Some(format!("write `{number}{letter}` (powers of 1000) or `{number}{letter}i` (powers of 1024)"))
        }
        _ => Some("write a number and a unit, such as `500m`, `4` or `16Gi`".into()),
    }
}

/// Days are the usual slip.
fn duration_remedy(text: &str) -> Option<String> {
    let days: u32 = text.strip_suffix('d')?.parse().ok()?;
    Some(format!("there is no unit for days: write `{}h`", days.checked_mul(24)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantity_has_a_value_in_base_units() {
        let value = |text: &str| Quantity::from(text).value();
        assert_eq!(value("500m"), Some(0.5));
        assert_eq!(value("4"), Some(4.0));
        assert_eq!(value("16Gi"), Some(16.0 * 1_073_741_824.0));
        assert_eq!(value("1e3"), Some(1000.0));
        assert_eq!(value("Gi"), None);
    }

    #[test]
    fn a_duration_has_seconds() {
        let seconds = |text: &str| Duration::from(text).seconds();
        assert_eq!(seconds("1h30m"), Some(5400));
        assert_eq!(seconds("1500ms"), Some(2));
        assert_eq!(seconds("9999999h"), None);
    }

    #[test]
    fn a_suffix_of_a_version_does_not_count() {
        assert_eq!(Version::from("2.52.0rc0").triple(), semver::Version::new(2, 52, 0));
        assert_eq!(Version::from("2.52.1-py311").triple(), semver::Version::new(2, 52, 1));
    }

    #[test]
    fn a_range_has_versions() {
        let has = |range: &str, version: &str| VersionRange::from(range).has(&Version::from(version).triple());
        assert!(has("2.52.1", "2.52.1") && !has("2.52.1", "2.52.2"));
        assert!(has("2.52", "2.52.9") && !has("2.52", "2.53.0"));
        assert!(has(">=2.50, <3", "2.52.0rc0") && !has(">=2.50, <3", "3.0.0"));
    }

    #[test]
    fn the_remedy_names_the_quantity_that_was_meant() {
        let help = |text| explain("quantity", text).and_then(|(_, help)| help).unwrap_or_default();
        assert!(help("16GB").contains("`16G`") && help("16GB").contains("`16Gi`"));
        assert!(help("12 Gi").contains("`12Gi`"));
        assert!(help("lots").contains("`16Gi`"));
    }
}
