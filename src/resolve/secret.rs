//! Secrets and their stores: templates are rendered, and each secret knows its store.

use super::group;
use super::template::Variables;
use super::values::{SpecPath, Values};
use crate::diagnostic::Diagnostic;
use crate::spec::secret::RemoteKey;
use crate::spec::{self, AwsService, RefreshPolicy, StoreIdentity, StoreKind};

/// A Secret to fill.
#[derive(Clone, Debug)]
pub struct Secret {
    /// Its name.
    pub name: String,
    /// Its place.
    pub path: SpecPath,
    /// Name of the store.
    pub store: String,
    /// Kind of the store.
    pub store_kind: StoreKind,
    /// Keys, and where each value is kept.
    pub keys: Vec<(String, RemoteKey)>,
    /// Remote secrets all of whose properties become keys.
    pub extract: Vec<String>,
    /// Its type; `Opaque` for none.
    pub secret_type: Option<String>,
    /// When it is read again, where that is said.
    pub refresh_policy: Option<RefreshPolicy>,
    /// How often it is read.
    pub refresh_interval: String,
}

/// A store of the team's own.
#[derive(Clone, Debug)]
pub struct SecretStore {
    /// Its name.
    pub name: String,
    /// Its place.
    pub path: SpecPath,
    /// The service.
    pub service: AwsService,
    /// The region.
    pub region: String,
    /// The ServiceAccount whose IAM role reads; `None` for the operator's own identity.
    pub service_account: Option<String>,
    /// The role to assume.
    pub role_arn: Option<String>,
}

/// How often a secret is read that says nothing: the CRD's own default (external-secrets 2.9, `refreshInterval`).
const REFRESH_INTERVAL: &str = "1h0m0s";

/// Resolves the team's secrets. One whose store is not known is reported and left out.
pub(super) fn secrets(
    team: &spec::Team,
    environment: &spec::Environment,
    variables: &Variables<'_>,
    values: &Values,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Secret> {
    let mut secrets = Vec::new();
    for (name, secret) in team.secrets.iter().flatten() {
        let path = SpecPath::new(["secrets", name]);
        let keys = remote_keys(secret, &path, variables, values, diagnostics);
        let extract = texts(secret.extract.as_deref(), &path.join("extract"), variables, values, diagnostics);
        let Some(store) = secret.store.as_ref().or(environment.secret_store.as_ref()) else {
            let message =
                format!("Secret `{name}` names no store, and neither does environment `{}`", variables.environment);
            let help = format!(
                "write `store` here, or `secret-store = \"…\"` under `[environments.{}]`",
                variables.environment
            );
            diagnostics.push(Diagnostic::error("missing-secret-store", values.key_span(&path), message).help(help));
            continue;
        };
        if keys.is_empty() && extract.is_empty() {
            let message = format!("Secret `{name}` has neither `keys` nor `extract`, so nothing would fill it");
            diagnostics.push(
                Diagnostic::error("empty-secret", values.key_span(&path), message)
                    .help("write, for example, `keys = { password = \"vision/redis#password\" }`"),
            );
            continue;
        }
        let own = team.secret_stores.as_ref().is_some_and(|stores| stores.contains_key(&store.name));
        let kind = if own { StoreKind::SecretStore } else { StoreKind::ClusterSecretStore };
        secrets.push(Secret {
            name: name.clone(),
            store: store.name.clone(),
            store_kind: store.kind.unwrap_or(kind),
            keys,
            extract,
            secret_type: secret.secret_type.clone(),
            refresh_policy: secret.refresh_policy,
            refresh_interval: secret
                .refresh_interval
                .as_ref()
                .map_or_else(|| REFRESH_INTERVAL.to_owned(), ToString::to_string),
            path,
        });
    }
    secrets
}

/// Sorted by key, so that moving one between layers changes no byte.
fn remote_keys(
    secret: &spec::Secret,
    path: &SpecPath,
    variables: &Variables<'_>,
    values: &Values,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<(String, RemoteKey)> {
    let mut rendered = Vec::new();
    for (name, remote) in secret.keys.iter().flatten() {
        let path = path.join("keys").join(name);
        if let Some(key) = group::render(&remote.key, variables, values, &path, diagnostics) {
            rendered.push((name.clone(), RemoteKey { key, ..remote.clone() }));
        }
    }
    rendered
}

fn texts(
    texts: Option<&[String]>,
    path: &SpecPath,
    variables: &Variables<'_>,
    values: &Values,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<String> {
    let render = |(index, text): (usize, &String)| {
        group::render(text, variables, values, &path.join(&index.to_string()), diagnostics)
    };
    texts.unwrap_or_default().iter().enumerate().filter_map(render).collect()
}

/// Resolves the team's own stores.
pub(super) fn stores(
    team: &spec::Team,
    variables: &Variables<'_>,
    values: &Values,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<SecretStore> {
    let account = team.service_account.as_ref().and_then(|account| account.name.as_deref()).unwrap_or(variables.team);
    let stores = team.secret_stores.iter().flatten().map(|(name, store)| {
        let path = SpecPath::new(["secret-stores", name]);
        let by_account = store.identity.unwrap_or(StoreIdentity::ServiceAccount) == StoreIdentity::ServiceAccount;
        let role = store.role_arn.as_deref();
        SecretStore {
            name: name.clone(),
            service: store.service.unwrap_or(AwsService::SecretsManager),
            region: store.region.clone().unwrap_or_else(|| variables.region.to_owned()),
            service_account: by_account.then(|| store.service_account.clone().unwrap_or_else(|| account.to_owned())),
            role_arn: role.and_then(|text| group::render(text, variables, values, &path.join("role-arn"), diagnostics)),
            path,
        }
    });
    stores.collect()
}
