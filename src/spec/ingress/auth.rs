//! Logins in front of an exposed port.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::spec::scalar::Duration;

/// Who asks people to log in. The details may stand in the environment, so that a team says nothing, or `type = "none"`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct IngressAuth {
    /// Who asks (`alb.ingress.kubernetes.io/auth-type`); the one that is described when not set.
    #[serde(rename = "type")]
    pub auth_type: Option<IngressAuthType>,
    /// An OpenID Connect provider that the ALB asks (`alb.ingress.kubernetes.io/auth-idp-oidc`).
    pub oidc: Option<Oidc>,
    /// A Cognito user pool that the ALB asks (`alb.ingress.kubernetes.io/auth-idp-cognito`).
    pub cognito: Option<Cognito>,
    /// Claims that the ALB requests, apart by spaces (`alb.ingress.kubernetes.io/auth-scope`); `openid` when not set.
    #[schemars(example = "openid email")]
    pub scope: Option<String>,
    /// How long an ALB's login lasts (`alb.ingress.kubernetes.io/auth-session-timeout`); seven days when not set.
    #[schemars(example = "12h")]
    pub session_timeout: Option<Duration>,
    /// What an ALB does with those who are not logged in (`alb.ingress.kubernetes.io/auth-on-unauthenticated-request`).
    pub on_unauthenticated: Option<OnUnauthenticated>,
    /// Address that nginx asks about every request (`nginx.ingress.kubernetes.io/auth-url`), such as oauth2-proxy's.
    #[schemars(example = "https://oauth2.example.com/oauth2/auth", regex(pattern = "^https?://"))]
    pub url: Option<String>,
    /// Address that nginx sends people to for their login (`nginx.ingress.kubernetes.io/auth-signin`).
    #[schemars(
        example = "https://oauth2.example.com/oauth2/start?rd=$scheme://$host$request_uri",
        regex(pattern = "^https?://")
    )]
    pub signin: Option<String>,
    /// Headers that nginx passes on from the answer of `url` (`nginx.ingress.kubernetes.io/auth-response-headers`).
    pub response_headers: Option<Vec<String>>,
}

/// Who asks people to log in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum IngressAuthType {
    /// Nobody.
    None,
    /// The ALB, with an OpenID Connect provider.
    Oidc,
    /// The ALB, with Cognito.
    Cognito,
    /// nginx, by a request of its own.
    Url,
}

impl IngressAuthType {
    /// As specs and annotations have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Oidc => "oidc",
            Self::Cognito => "cognito",
            Self::Url => "url",
        }
    }
}

/// An OpenID Connect provider.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Oidc {
    /// Issuer.
    #[schemars(example = "https://login.example.com", regex(pattern = "^https://"))]
    pub issuer: Option<String>,
    /// Authorization endpoint.
    #[schemars(regex(pattern = "^https://"))]
    pub authorization_endpoint: Option<String>,
    /// Token endpoint.
    #[schemars(regex(pattern = "^https://"))]
    pub token_endpoint: Option<String>,
    /// User info endpoint.
    #[schemars(regex(pattern = "^https://"))]
    pub user_info_endpoint: Option<String>,
    /// Secret in the team's namespace with the keys `clientID` and `clientSecret`.
    pub secret: Option<String>,
}

/// A Cognito user pool.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Cognito {
    /// ARN of the user pool.
    #[schemars(regex(pattern = "^arn:"))]
    pub user_pool_arn: Option<String>,
    /// Id of the app client.
    pub client_id: Option<String>,
    /// Domain of the user pool: the prefix alone where it is Amazon's.
    #[schemars(example = "ml-platform")]
    pub domain: Option<String>,
}

/// What an ALB does with those who are not logged in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OnUnauthenticated {
    /// Sends them to the login.
    Authenticate,
    /// Refuses them.
    Deny,
    /// Lets them pass.
    Allow,
}

impl OnUnauthenticated {
    /// As the annotation has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Authenticate => "authenticate",
            Self::Deny => "deny",
            Self::Allow => "allow",
        }
    }
}
