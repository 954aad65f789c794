//! `gcsFaultToleranceOptions` of a Ray cluster's spec.

use k8s_openapi::api::core::v1::{EnvVarSource, SecretKeySelector};
use serde::Serialize;

use super::env;
use crate::resolve::Workload;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GcsFaultToleranceOptions {
    redis_address: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    redis_username: Option<Credential>,
    #[serde(skip_serializing_if = "Option::is_none")]
    redis_password: Option<Credential>,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_storage_namespace: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Credential {
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value_from: Option<EnvVarSource>,
}

/// The options alone: every supported operator knows them (since KubeRay 1.3), and refuses the annotations and variables
/// of older ones beside them (`utils/validation.go`).
pub(super) fn options(workload: &Workload) -> Option<GcsFaultToleranceOptions> {
    let fault_tolerance = workload.fault_tolerance.as_ref()?;
    Some(GcsFaultToleranceOptions {
        redis_address: fault_tolerance.address.clone(),
        redis_username: fault_tolerance.username.as_ref().map(|username| {
            let variable = env::variable("", username);
            Credential { value: variable.value, value_from: variable.value_from }
        }),
        redis_password: fault_tolerance.password.as_ref().map(|password| {
            let reference =
                SecretKeySelector { name: password.secret.clone(), key: password.key.clone(), optional: None };
            let source = EnvVarSource { secret_key_ref: Some(reference), ..EnvVarSource::default() };
            Credential { value: None, value_from: Some(source) }
        }),
        external_storage_namespace: fault_tolerance.namespace.clone(),
    })
}
