//! Pod Security Standards that a team's Namespace asks for.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;

use super::scalar::PodSecurityVersion;

/// Levels of the Pod Security Standards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs)]
pub enum PodSecurityLevel {
    Privileged,
    Baseline,
    Restricted,
}

impl PodSecurityLevel {
    /// As the labels have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Privileged => "privileged",
            Self::Baseline => "baseline",
            Self::Restricted => "restricted",
        }
    }
}

/// Pod Security of the Namespace: a level to enforce, or a table.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(from = "Written")]
pub struct PodSecurity(pub PodSecurityModes);

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Level(PodSecurityLevel),
    Modes(PodSecurityModes),
}

impl From<Written> for PodSecurity {
    fn from(written: Written) -> Self {
        Self(match written {
            Written::Level(level) => PodSecurityModes { enforce: Some(level), ..PodSecurityModes::default() },
            Written::Modes(modes) => modes,
        })
    }
}

/// Labels `pod-security.kubernetes.io/…` of the Namespace.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct PodSecurityModes {
    /// Pods that do not meet it are refused (`pod-security.kubernetes.io/enforce`).
    pub enforce: Option<PodSecurityLevel>,
    /// Pods that do not meet it are noted in the audit log (`pod-security.kubernetes.io/audit`).
    pub audit: Option<PodSecurityLevel>,
    /// Who makes a pod that does not meet it is warned (`pod-security.kubernetes.io/warn`).
    pub warn: Option<PodSecurityLevel>,
    /// The release whose standards are meant (`…-version` of each label); the cluster's own when not set.
    pub version: Option<PodSecurityVersion>,
}

impl JsonSchema for PodSecurity {
    fn schema_name() -> Cow<'static, str> {
        "PodSecurity".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let schema = PodSecurityModes::json_schema(generator);
        super::short_form(
            schema,
            "Pod Security of the Namespace: the level to enforce, or a table.",
            &["privileged", "baseline", "restricted"],
        )
    }
}
