//! What an ALB asks its targets, and the Gateway that routes attach to.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::spec::scalar::Duration;

/// How an ALB finds out whether the exposed ports answer.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct HealthChecks {
    /// Of the dashboard; its path is `/api/gcs_healthz` when not set.
    pub dashboard: Option<HealthCheck>,
    /// Of Serve; its path is `/-/healthz` when not set.
    pub serve: Option<HealthCheck>,
}

/// A health check of an ALB.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct HealthCheck {
    /// Path (`alb.ingress.kubernetes.io/healthcheck-path`).
    #[schemars(regex(pattern = "^/"))]
    pub path: Option<String>,
    /// Status codes of a healthy answer (`alb.ingress.kubernetes.io/success-codes`); `200` when not set.
    #[schemars(example = "200-299", regex(pattern = "^[0-9]{3}([-,][0-9]{3})*$"))]
    pub success_codes: Option<String>,
    /// How often (`alb.ingress.kubernetes.io/healthcheck-interval-seconds`); 15 s when not set.
    pub interval: Option<Duration>,
    /// How long to wait for an answer (`alb.ingress.kubernetes.io/healthcheck-timeout-seconds`); 5 s when not set.
    pub timeout: Option<Duration>,
    /// Good answers in a row until a target counts as healthy (`alb.ingress.kubernetes.io/healthy-threshold-count`).
    #[schemars(range(min = 2, max = 10))]
    pub healthy: Option<u32>,
    /// Bad answers in a row until it does not (`alb.ingress.kubernetes.io/unhealthy-threshold-count`).
    #[schemars(range(min = 2, max = 10))]
    pub unhealthy: Option<u32>,
}

/// The Gateway that HTTPRoutes attach to (`spec.parentRefs`).
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Gateway {
    /// Its name.
    pub name: Option<String>,
    /// Its namespace; the team's own when not set.
    pub namespace: Option<String>,
    /// Its listener (`sectionName`); every one that takes the host when not set.
    pub section: Option<String>,
    /// How long a request may take as a whole (`timeouts.request`), log streams included: `0s` for any time. The
    /// gateway's own default when not set.
    #[schemars(example = "0s", regex(pattern = "^([0-9]{1,5}(h|m|s|ms)){1,4}$"))]
    pub request_timeout: Option<String>,
    /// What the gateway's own resources add to every request, such as a login: filters of type `ExtensionRef`.
    pub extensions: Option<Vec<ExtensionRef>>,
}

/// A resource of the gateway's controller in the team's namespace.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ExtensionRef {
    /// Its API group.
    #[schemars(example = &"gateway.k8s.aws")]
    pub group: String,
    /// Its kind.
    #[schemars(example = &"ListenerRuleConfiguration")]
    pub kind: String,
    /// Its name.
    pub name: String,
}
