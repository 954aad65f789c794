//! Environment variables of Ray containers.

use k8s_openapi::api::core::v1::{
    ConfigMapEnvSource, ConfigMapKeySelector, EnvFromSource, EnvVar, EnvVarSource, ObjectFieldSelector,
    SecretEnvSource, SecretKeySelector,
};

use crate::resolve::{Group, Workload};
use crate::spec::EnvValue;
use crate::spec::group::EnvSource;

/// Sorted by name, but what refers to others goes last: Kubernetes expands `$(NAME)` only for names further up.
pub(super) fn of_container(workload: &Workload, group: &Group) -> Vec<EnvVar> {
    let mut variables: Vec<EnvVar> = group.env.iter().map(|(name, value)| variable(name, value)).collect();
    if workload.log_to_stderr && !group.env.contains_key("RAY_LOG_TO_STDERR") {
        variables.push(EnvVar {
            name: "RAY_LOG_TO_STDERR".to_owned(),
            value: Some("1".to_owned()),
            ..EnvVar::default()
        });
    }
    if group.name == "head" {
        let own = |name: &str| group.env.contains_key(name);
        variables.extend(
            metrics_hosts(workload).into_iter().filter(|(name, ..)| !own(name)).map(|(name, host, _)| EnvVar {
                name: name.to_owned(),
                value: Some(host),
                ..EnvVar::default()
            }),
        );
    }
    let refers = |variable: &EnvVar| variable.value.as_ref().is_some_and(|value| value.contains("$("));
    variables.sort_by(|a, b| (refers(a), &a.name).cmp(&(refers(b), &b.name)));
    variables
}

/// What the dashboard, which runs on the head, reads of Prometheus and Grafana, with the key of `monitoring` that says it
/// (Ray `dashboard/modules/metrics/metrics_head.py`).
pub(super) fn metrics_hosts(workload: &Workload) -> Vec<(&'static str, String, &'static str)> {
    let hosts = &workload.metrics_hosts;
    [
        ("RAY_GRAFANA_HOST", &hosts.grafana, "grafana-host"),
        ("RAY_GRAFANA_IFRAME_HOST", &hosts.grafana_iframe, "grafana-iframe-host"),
        ("RAY_PROMETHEUS_HOST", &hosts.prometheus, "prometheus-host"),
        ("RAY_PROMETHEUS_NAME", &hosts.prometheus_name, "prometheus-name"),
    ]
    .into_iter()
    .filter_map(|(name, host, key)| Some((name, host.clone()?, key)))
    .collect()
}

/// A Secret's and a ConfigMap's variables, in the order of the spec: of two with the same name the later counts.
pub(super) fn from(group: &Group) -> Vec<EnvFromSource> {
    let sources = group.env_from.iter().flat_map(|source| {
        let secret = source.secret.clone().map(|name| EnvFromSource {
            secret_ref: Some(SecretEnvSource { name, optional: None }),
            prefix: source.prefix.clone(),
            ..EnvFromSource::default()
        });
        let config_map = source.config_map.clone().map(|name| EnvFromSource {
            config_map_ref: Some(ConfigMapEnvSource { name, optional: None }),
            prefix: source.prefix.clone(),
            ..EnvFromSource::default()
        });
        [secret, config_map]
    });
    sources.flatten().collect()
}

pub(super) fn variable(name: &str, value: &EnvValue) -> EnvVar {
    let (value, source) = match value {
        EnvValue::Text(text) => (Some(text.to_string()), None),
        EnvValue::From(source) => (None, Some(source)),
    };
    let value_from = source.map(|source| match source.clone() {
        EnvSource::Secret { secret, key } => EnvVarSource {
            secret_key_ref: Some(SecretKeySelector { name: secret, key, optional: None }),
            ..EnvVarSource::default()
        },
        EnvSource::ConfigMap { config_map, key } => EnvVarSource {
            config_map_key_ref: Some(ConfigMapKeySelector { name: config_map, key, optional: None }),
            ..EnvVarSource::default()
        },
        EnvSource::Field { field } => EnvVarSource {
            field_ref: Some(ObjectFieldSelector { field_path: field, api_version: None }),
            ..EnvVarSource::default()
        },
    });
    EnvVar { name: name.to_owned(), value, value_from }
}
