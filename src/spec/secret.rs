//! Secrets that the External Secrets Operator fills, and the stores it reads from.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

use super::scalar::Duration;

/// A Secret that the External Secrets Operator fills from a store (ExternalSecret `external-secrets.io/v1`).
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Secret {
    /// Where its values are kept (`spec.secretStoreRef`): the name of one of the team's `secret-stores`, or else of a
    /// ClusterSecretStore; the environment's `secret-store` when not set.
    pub store: Option<StoreRef>,
    /// Keys of the Secret, and where each value is kept (`spec.data`): `name`, or `name#property` for one property of
    /// a JSON value. Templates.
    #[schemars(extend("examples" = [{ "password": "{{ team }}/redis#password" }]))]
    pub keys: Option<BTreeMap<String, RemoteKey>>,
    /// Remote secrets all of whose properties become keys (`spec.dataFrom[].extract.key`). Templates.
    #[schemars(example = ["{{ team }}/redis"])]
    pub extract: Option<Vec<String>>,
    /// The Secret's type (`spec.target.template.type`), such as `kubernetes.io/dockerconfigjson` for one of
    /// `image-pull-secrets`; `Opaque` when not set.
    #[serde(rename = "type")]
    #[schemars(example = "kubernetes.io/dockerconfigjson")]
    pub secret_type: Option<String>,
    /// When the values are read again (`spec.refreshPolicy`).
    pub refresh_policy: Option<RefreshPolicy>,
    /// How often the values are read (`spec.refreshInterval`); every hour when not set.
    #[schemars(example = "15m")]
    pub refresh_interval: Option<Duration>,
}

/// When the operator reads a secret again (external-secrets 2.9, `refreshPolicy`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum RefreshPolicy {
    /// Every `refresh-interval`.
    Periodic,
    /// When the ExternalSecret changes.
    OnChange,
    /// Never.
    CreatedOnce,
}

impl RefreshPolicy {
    /// As the custom resource has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Periodic => "Periodic",
            Self::OnChange => "OnChange",
            Self::CreatedOnce => "CreatedOnce",
        }
    }
}

/// A value in a store: `name`, `name#property`, or a table.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "WrittenKey")]
pub struct RemoteKey {
    /// The secret's name in the store.
    pub key: String,
    /// A property of its JSON value.
    pub property: Option<String>,
    /// Its version.
    pub version: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum WrittenKey {
    Text(String),
    Table { key: String, property: Option<String>, version: Option<String> },
}

impl From<WrittenKey> for RemoteKey {
    fn from(written: WrittenKey) -> Self {
        match written {
            // Neither Secrets Manager nor Parameter Store takes `#` in a name.
            WrittenKey::Text(text) => match text.split_once('#') {
                Some((key, property)) => {
                    Self { key: key.to_owned(), property: Some(property.to_owned()), version: None }
                }
                None => Self { key: text, property: None, version: None },
            },
            WrittenKey::Table { key, property, version } => Self { key, property, version },
        }
    }
}

impl JsonSchema for RemoteKey {
    fn schema_name() -> Cow<'static, str> {
        "RemoteKey".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "`name`, `name#property`, or `{ key, property, version }` (`remoteRef`).",
            "type": ["string", "object"],
            "examples": ["vision/redis#password"],
            "pattern": "^[^#]+(#[^#]+)?$",
            "properties": {
                "key": { "type": "string", "description": "Name of the secret in the store (`remoteRef.key`)." },
                "property": { "type": "string", "description": "Property of its JSON value (`remoteRef.property`)." },
                "version": { "type": "string", "description": "Its version (`remoteRef.version`)." }
            },
            "required": ["key"],
            "additionalProperties": false
        })
    }
}

/// A store: its name alone, or with its kind.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "WrittenStore")]
pub struct StoreRef {
    /// Its name.
    pub name: String,
    /// Its kind, where it is said.
    pub kind: Option<StoreKind>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum WrittenStore {
    Name(String),
    Table { name: String, kind: Option<StoreKind> },
}

impl From<WrittenStore> for StoreRef {
    fn from(written: WrittenStore) -> Self {
        match written {
            WrittenStore::Name(name) => Self { name, kind: None },
            WrittenStore::Table { name, kind } => Self { name, kind },
        }
    }
}

impl JsonSchema for StoreRef {
    fn schema_name() -> Cow<'static, str> {
        "StoreRef".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A store's name, or `{ name, kind }`.",
            "type": ["string", "object"],
            "examples": ["aws-secrets-manager"],
            "properties": {
                "name": { "type": "string", "description": "Its name (`secretStoreRef.name`)." },
                "kind": {
                    "type": "string",
                    "enum": ["SecretStore", "ClusterSecretStore"],
                    "description": "Its kind (`secretStoreRef.kind`)."
                }
            },
            "required": ["name"],
            "additionalProperties": false
        })
    }
}

/// Kinds of stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum StoreKind {
    /// One of the team's own Namespace.
    SecretStore,
    /// One for all Namespaces.
    ClusterSecretStore,
}

impl StoreKind {
    /// As the custom resource has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SecretStore => "SecretStore",
            Self::ClusterSecretStore => "ClusterSecretStore",
        }
    }
}

/// A store of the team's own on AWS (SecretStore `external-secrets.io/v1`).
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct SecretStore {
    /// The service it reads from (`spec.provider.aws.service`); Secrets Manager when not set.
    pub service: Option<AwsService>,
    /// Its region (`spec.provider.aws.region`); the environment's when not set.
    pub region: Option<String>,
    /// Whose identity reads (`spec.provider.aws.auth`): by default a ServiceAccount with an IAM role.
    pub identity: Option<StoreIdentity>,
    /// The ServiceAccount whose IAM role reads (`auth.jwt.serviceAccountRef.name`); the team's when not set.
    pub service_account: Option<String>,
    /// IAM role that this identity assumes (`spec.provider.aws.role`). A template.
    #[schemars(example = "arn:aws:iam::123456789012:role/{{ team }}-secrets")]
    pub role_arn: Option<String>,
}

/// AWS services that keep secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs)]
pub enum AwsService {
    SecretsManager,
    ParameterStore,
}

impl AwsService {
    /// As the custom resource has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SecretsManager => "SecretsManager",
            Self::ParameterStore => "ParameterStore",
        }
    }
}

/// Whose identity a store reads with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StoreIdentity {
    /// A ServiceAccount's, by its IAM role.
    ServiceAccount,
    /// The operator's own, such as its Pod Identity.
    Operator,
}
