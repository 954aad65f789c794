//! Exposing the dashboard and Serve.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::scalar::Duration;

/// How a workload is reached from outside. The environment sets the site's part, so that a team writes
/// `expose = ["dashboard"]` and no more.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Ingress {
    /// What to expose: one Ingress object each.
    pub expose: Option<Vec<Expose>>,
    /// The controller (`spec.ingressClassName`).
    pub class: Option<IngressClass>,
    /// Host, a template; `<name>.<domain of the environment>` when not set.
    pub host: Option<String>,
    /// Path under which the dashboard appears, with the rewrite that the controller needs; `/` when not set. Serve, when
    /// it is exposed too, appears under the same path with `-serve`. Prefer a host of its own: the login cookie is
    /// host-wide.
    #[schemars(example = "/vision", regex(pattern = "^/[-A-Za-z0-9_./{} ]*$"))]
    pub path: Option<String>,
    /// Whether the ALB is reachable from the internet (`alb.ingress.kubernetes.io/scheme`).
    pub scheme: Option<Scheme>,
    /// ALB that several Ingress objects share (`alb.ingress.kubernetes.io/group.name`).
    #[schemars(length(max = 63))]
    pub group: Option<String>,
    /// Certificate of the listener (`alb.ingress.kubernetes.io/certificate-arn`); found by host when not set.
    pub certificate_arn: Option<String>,
    /// Secret with the certificate for nginx (`spec.tls[].secretName`).
    pub tls_secret: Option<String>,
    /// How long a connection may be silent. The ALB's own default of 60 s cuts log streams.
    pub idle_timeout: Option<Duration>,
    /// Further annotations of the Ingress objects.
    pub annotations: Option<BTreeMap<String, String>>,
}

/// Ports that can be exposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Expose {
    #[expect(missing_docs)]
    Dashboard,
    #[expect(missing_docs)]
    Serve,
}

impl Expose {
    /// The suffix of the Ingress's name and the name of the Service's port.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dashboard => "dashboard",
            Self::Serve => "serve",
        }
    }
}

/// Ingress controllers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum IngressClass {
    #[expect(missing_docs)]
    Alb,
    #[expect(missing_docs)]
    Nginx,
}

impl IngressClass {
    /// As `spec.ingressClassName` has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Alb => "alb",
            Self::Nginx => "nginx",
        }
    }
}

/// Reach of an ALB.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Scheme {
    #[expect(missing_docs)]
    Internal,
    #[expect(missing_docs)]
    InternetFacing,
}

impl Scheme {
    /// As the annotation has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Internal => "internal",
            Self::InternetFacing => "internet-facing",
        }
    }
}
