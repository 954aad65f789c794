//! ExternalSecret and SecretStore (`external-secrets.io/v1`).

use std::collections::BTreeMap;

use super::metadata::Metadata;
use super::{Manifest, Places, Scope};
use crate::json;
use crate::json::Value;
use crate::resolve::{Secret, SecretStore};
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Object<S> {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata,
    spec: S,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ExternalSecretSpec {
    secret_store_ref: StoreReference,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_policy: Option<&'static str>,
    refresh_interval: String,
    target: Target,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    data: Vec<Data>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    data_from: Vec<Value>,
}

#[derive(Serialize)]
struct StoreReference {
    name: String,
    kind: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Target {
    name: String,
    creation_policy: &'static str,
    deletion_policy: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    template: Option<Template>,
}

#[derive(Serialize)]
struct Template {
    r#type: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    secret_key: String,
    remote_ref: RemoteRef,
}

#[derive(Serialize)]
struct RemoteRef {
    key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    property: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
}

/// A secret. The Secret goes with the ExternalSecret, and stays when the remote secret is gone: pods that start again
/// keep working (`creationPolicy: Owner`, `deletionPolicy: Retain`, the CRD's own defaults).
pub(super) fn external_secret(scope: &Scope<'_>, secret: &Secret) -> Manifest {
    let data = secret.keys.iter().map(|(name, remote)| Data {
        secret_key: name.clone(),
        remote_ref: RemoteRef {
            key: remote.key.clone(),
            property: remote.property.clone(),
            version: remote.version.clone(),
        },
    });
    let object = Object {
        api_version: "external-secrets.io/v1",
        kind: "ExternalSecret",
        metadata: Metadata::of_team(scope.team, secret.name.clone()),
        spec: ExternalSecretSpec {
            secret_store_ref: StoreReference { name: secret.store.clone(), kind: secret.store_kind.as_str() },
            refresh_policy: secret.refresh_policy.map(crate::spec::RefreshPolicy::as_str),
            refresh_interval: secret.refresh_interval.clone(),
            target: Target {
                name: secret.name.clone(),
                creation_policy: "Owner",
                deletion_policy: "Retain",
                // A template without data takes what was fetched.
                template: secret.secret_type.clone().map(|r#type| Template { r#type }),
            },
            data: data.collect(),
            data_from: secret.extract.iter().map(|key| json!({ "extract": { "key": key } })).collect(),
        },
    };
    let path = &secret.path;
    let mut places = Places::new(path.clone());
    for (field, key) in [
        ("secretStoreRef", "store"),
        ("refreshPolicy", "refresh-policy"),
        ("refreshInterval", "refresh-interval"),
        ("target/template/type", "type"),
        ("data", "keys"),
        ("dataFrom", "extract"),
    ] {
        places.add(format!("/spec/{field}"), path.join(key));
    }
    for (index, (name, _)) in secret.keys.iter().enumerate() {
        places.add(format!("/spec/data/{index}"), path.join("keys").join(name));
    }
    scope.manifest(object, places)
}

#[derive(Serialize)]
struct StoreSpec {
    provider: Provider,
}

#[derive(Serialize)]
struct Provider {
    aws: Aws,
}

#[derive(Serialize)]
struct Aws {
    service: &'static str,
    region: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    auth: BTreeMap<&'static str, Value>,
}

/// A store of the team's own.
pub(super) fn secret_store(scope: &Scope<'_>, store: &SecretStore) -> Manifest {
    let by_account = |account: &String| ("jwt", json!({ "serviceAccountRef": { "name": account } }));
    let object = Object {
        api_version: "external-secrets.io/v1",
        kind: "SecretStore",
        metadata: Metadata::of_team(scope.team, store.name.clone()),
        spec: StoreSpec {
            provider: Provider {
                aws: Aws {
                    service: store.service.as_str(),
                    region: store.region.clone(),
                    role: store.role_arn.clone(),
                    auth: store.service_account.iter().map(by_account).collect(),
                },
            },
        },
    };
    let path = &store.path;
    let mut places = Places::new(path.clone());
    for (field, key) in
        [("service", "service"), ("region", "region"), ("role", "role-arn"), ("auth", "service-account")]
    {
        places.add(format!("/spec/provider/aws/{field}"), path.join(key));
    }
    scope.manifest(object, places)
}
