//! Ingress controllers, each with what it can do.

use std::collections::BTreeMap;

use crate::spec::{ExtensionRef, OnUnauthenticated, Scheme};

/// Who serves an exposed port.
#[derive(Clone, Debug)]
pub enum Controller {
    /// AWS Load Balancer Controller, with an Ingress.
    Alb(Box<Alb>),
    /// ingress-nginx, with an Ingress.
    Nginx(Nginx),
    /// A Gateway, with an HTTPRoute.
    Gateway(Gateway),
}

/// An ALB.
#[derive(Clone, Debug)]
pub struct Alb {
    /// Whether it is reachable from the internet.
    pub scheme: Scheme,
    /// Its name, unless the controller makes one up.
    pub name: Option<String>,
    /// The group of Ingresses that share it.
    pub group: Option<String>,
    /// Where the rules stand in the group.
    pub group_order: Option<i32>,
    /// The listener's certificates; found by host where there are none.
    pub certificates: Vec<String>,
    /// TLS protocols and ciphers.
    pub ssl_policy: Option<String>,
    /// Whether it listens on HTTPS, or else on HTTP.
    pub https: bool,
    /// Whether it redirects HTTP to HTTPS.
    pub redirect: bool,
    /// Seconds that a connection may be silent.
    pub idle_timeout: i32,
    /// Networks that may call; everyone where there are none.
    pub inbound_cidrs: Vec<String>,
    /// Web ACL.
    pub web_acl: Option<String>,
    /// Subnets; found by tag where there are none.
    pub subnets: Vec<String>,
    /// Security groups; made by the controller where there are none.
    pub security_groups: Vec<String>,
    /// Further attributes.
    pub attributes: BTreeMap<String, String>,
    /// AWS tags.
    pub tags: BTreeMap<String, String>,
    /// The login.
    pub login: Option<Login>,
    /// How it finds out whether the port answers.
    pub health_check: HealthCheck,
}

/// A login that an ALB asks for.
#[derive(Clone, Debug)]
pub struct Login {
    /// Who knows the people.
    pub provider: Provider,
    /// Claims to request.
    pub scope: Option<String>,
    /// Seconds that it lasts.
    pub session_timeout: Option<i32>,
    /// What happens without.
    pub on_unauthenticated: Option<OnUnauthenticated>,
}

/// Who knows the people that log in.
#[derive(Clone, Debug)]
pub enum Provider {
    /// An OpenID Connect provider.
    #[expect(missing_docs, reason = "the words are the provider's own")]
    Oidc {
        issuer: String,
        authorization_endpoint: String,
        token_endpoint: String,
        user_info_endpoint: String,
        secret: String,
    },
    /// A Cognito user pool.
    #[expect(missing_docs, reason = "the words are the provider's own")]
    Cognito { user_pool_arn: String, client_id: String, domain: String },
}

/// An ALB's health check; what is missing is left to the controller.
#[derive(Clone, Debug)]
pub struct HealthCheck {
    /// Path.
    pub path: String,
    /// Status codes of a healthy answer.
    pub success_codes: Option<String>,
    /// Seconds between two.
    pub interval: Option<i32>,
    /// Seconds to wait.
    pub timeout: Option<i32>,
    /// Good answers in a row until a target is healthy.
    pub healthy: Option<u32>,
    /// Bad answers in a row until it is not.
    pub unhealthy: Option<u32>,
}

/// ingress-nginx.
#[derive(Clone, Debug)]
pub struct Nginx {
    /// Secret with the certificate.
    pub tls_secret: Option<String>,
    /// Whether HTTP is redirected even where TLS ends before nginx.
    pub redirect: bool,
    /// Seconds that a connection may be silent.
    pub idle_timeout: i32,
    /// Networks that may call; everyone where there are none.
    pub inbound_cidrs: Vec<String>,
    /// Greatest request.
    pub body_size: Option<String>,
    /// Who is asked about every request.
    pub auth: Option<NginxAuth>,
}

/// Whom nginx asks about every request.
#[derive(Clone, Debug)]
pub struct NginxAuth {
    /// The address to ask.
    pub url: String,
    /// The address to send people to.
    pub signin: Option<String>,
    /// Headers to pass on.
    pub response_headers: Vec<String>,
}

/// A listener of a Gateway.
#[derive(Clone, Debug)]
pub struct Gateway {
    /// The Gateway's name.
    pub name: String,
    /// Its namespace, unless it is the team's.
    pub namespace: Option<String>,
    /// The listener's name.
    pub section: Option<String>,
    /// How long a request may take.
    pub request_timeout: Option<String>,
    /// What the controller's own resources add.
    pub extensions: Vec<ExtensionRef>,
}
