//! Exposing the dashboard and Serve.

mod auth;
mod load_balancer;

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

pub use self::auth::{Cognito, IngressAuth, IngressAuthType, Oidc, OnUnauthenticated};
pub use self::load_balancer::{ExtensionRef, Gateway, HealthCheck, HealthChecks};
use super::scalar::Duration;

/// How a workload is reached from outside. The environment sets the site's part, so that a team writes
/// `expose = ["dashboard"]` and no more.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Ingress {
    /// What to expose: one Ingress or HTTPRoute each.
    pub expose: Option<Vec<Expose>>,
    /// The controller (`spec.ingressClassName`); `gateway` renders HTTPRoutes for the Gateway API instead.
    pub class: Option<IngressClass>,
    /// Host, a template; `<name>.<domain of the environment>` when not set.
    pub host: Option<String>,
    /// Path under which the dashboard appears, with the rewrite that the controller needs; `/` when not set. Serve, when
    /// it is exposed too, appears under the same path with `-serve`. Prefer a host of its own: the login cookie is
    /// host-wide.
    #[schemars(example = "/vision", regex(pattern = "^/[-A-Za-z0-9_./{} ]*$"))]
    pub path: Option<String>,
    /// How long a connection may be silent. The ALB's own default of 60 s cuts log streams.
    pub idle_timeout: Option<Duration>,
    /// Who asks people to log in before they reach the port, beside Ray's own token.
    pub auth: Option<IngressAuth>,
    /// Networks that may call, as CIDRs: `alb.ingress.kubernetes.io/inbound-cidrs` of the whole ALB, or
    /// `nginx.ingress.kubernetes.io/whitelist-source-range`.
    #[schemars(example = ["10.0.0.0/8"], inner(regex(pattern = r"^([0-9]{1,3}\.){3}[0-9]{1,3}/[0-9]{1,2}$|^[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*/[0-9]{1,3}$")))]
    pub inbound_cidrs: Option<Vec<String>>,
    /// Whether plain HTTP is answered with a redirect to HTTPS, instead of not at all
    /// (`alb.ingress.kubernetes.io/ssl-redirect`, `nginx.ingress.kubernetes.io/force-ssl-redirect`).
    pub redirect_http: Option<bool>,

    /// Whether the ALB is reachable from the internet (`alb.ingress.kubernetes.io/scheme`).
    pub scheme: Option<Scheme>,
    /// ALB that several Ingress objects share (`alb.ingress.kubernetes.io/group.name`).
    #[schemars(length(max = 63))]
    pub group: Option<String>,
    /// Where the rules stand among those of the ALB's other Ingress objects (`alb.ingress.kubernetes.io/group.order`):
    /// the smaller, the earlier. Serve, when it is exposed too, gets the next number.
    #[schemars(range(min = -1000, max = 999))]
    pub group_order: Option<i32>,
    /// Name of the ALB (`alb.ingress.kubernetes.io/load-balancer-name`); one that the controller makes up when not set.
    #[schemars(length(max = 32))]
    pub load_balancer_name: Option<String>,
    /// Certificate of the listener, or several (`alb.ingress.kubernetes.io/certificate-arn`); found by host when not
    /// set.
    pub certificate_arn: Option<OneOrMore>,
    /// TLS protocols and ciphers (`alb.ingress.kubernetes.io/ssl-policy`).
    #[schemars(example = "ELBSecurityPolicy-TLS13-1-2-2021-06")]
    pub ssl_policy: Option<String>,
    /// `false` listens for plain HTTP alone (`alb.ingress.kubernetes.io/listen-ports`), where something in front ends
    /// TLS.
    pub https: Option<bool>,
    /// Web ACL of AWS WAF (`alb.ingress.kubernetes.io/wafv2-acl-arn`).
    pub wafv2_acl_arn: Option<String>,
    /// Subnets of the ALB, by id or name (`alb.ingress.kubernetes.io/subnets`); found by tag when not set.
    #[schemars(length(min = 2))]
    pub subnets: Option<Vec<String>>,
    /// Security groups of the ALB, by id or name (`alb.ingress.kubernetes.io/security-groups`), instead of one that the
    /// controller makes from `inbound-cidrs`.
    #[schemars(length(min = 1))]
    pub security_groups: Option<Vec<String>>,
    /// Further attributes of the ALB (`alb.ingress.kubernetes.io/load-balancer-attributes`).
    #[schemars(example = BTreeMap::from([("deletion_protection.enabled", "true")]))]
    pub attributes: Option<BTreeMap<String, String>>,
    /// AWS tags of the ALB and its target groups (`alb.ingress.kubernetes.io/tags`).
    pub tags: Option<BTreeMap<String, String>>,
    /// How the ALB finds out whether a port answers, by port.
    pub health_check: Option<HealthChecks>,

    /// Secret with the certificate for nginx (`spec.tls[].secretName`).
    pub tls_secret: Option<String>,
    /// Greatest request for nginx (`nginx.ingress.kubernetes.io/proxy-body-size`), whose own 1m refuses most working
    /// directories of `ray job submit`; `0` for any size.
    #[schemars(example = "512m", regex(pattern = "^[0-9]+[kKmMgG]?$"))]
    pub body_size: Option<String>,

    /// The Gateway that HTTPRoutes attach to, where `class` is `gateway`.
    pub gateway: Option<Gateway>,

    /// Further annotations of the objects.
    pub annotations: Option<BTreeMap<String, String>>,
}

/// One text or a list of them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum OneOrMore {
    /// One.
    One(String),
    /// Several.
    More(Vec<String>),
}

impl JsonSchema for OneOrMore {
    fn schema_name() -> Cow<'static, str> {
        "OneOrMore".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "array"], "items": { "type": "string" }, "minItems": 1 })
    }
}

impl OneOrMore {
    /// As a list.
    pub fn to_vec(&self) -> Vec<String> {
        match self {
            Self::One(text) => vec![text.clone()],
            Self::More(texts) => texts.clone(),
        }
    }
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
    /// The suffix of the object's name and the name of the Service's port.
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
    /// AWS Load Balancer Controller.
    Alb,
    /// ingress-nginx.
    Nginx,
    /// The Gateway API.
    Gateway,
}

impl IngressClass {
    /// As `spec.ingressClassName` and specs have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Alb => "alb",
            Self::Nginx => "nginx",
            Self::Gateway => "gateway",
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
