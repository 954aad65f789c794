//! From an `ingress` table to the settings of one controller.

use super::controller::{Alb, Controller, Gateway, HealthCheck, Login, Nginx, NginxAuth, Provider};
use crate::diagnostic::Diagnostic;
use crate::resolve::model::Environment;
use crate::resolve::values::{SpecPath, Values};
use crate::spec::{self, Expose, IngressAuthType, IngressClass, Scheme};

/// An `ingress` table, and the port that is to be exposed by it.
pub(super) struct Source<'a> {
    pub(super) environment: &'a Environment,
    pub(super) values: &'a Values,
    pub(super) ingress: &'a spec::Ingress,
    pub(super) path: &'a SpecPath,
    pub(super) expose: Expose,
    /// Its place among the exposed ports.
    pub(super) order: i32,
}

impl Source<'_> {
    /// `None` where a diagnostic says why.
    pub(super) fn resolve(&self, class: IngressClass, diagnostics: &mut Vec<Diagnostic>) -> Option<Controller> {
        Some(match class {
            IngressClass::Alb => Controller::Alb(Box::new(self.alb(diagnostics)?)),
            IngressClass::Nginx => Controller::Nginx(self.nginx(diagnostics)?),
            IngressClass::Gateway => Controller::Gateway(self.gateway(diagnostics)?),
        })
    }

    fn idle_timeout(&self) -> i32 {
        self.ingress.idle_timeout.as_ref().and_then(spec::Duration::seconds).unwrap_or(600)
    }

    fn alb(&self, diagnostics: &mut Vec<Diagnostic>) -> Option<Alb> {
        let ingress = self.ingress;
        let login = match self.auth_type(&[IngressAuthType::Oidc, IngressAuthType::Cognito], diagnostics)? {
            IngressAuthType::Oidc => Some(self.oidc(diagnostics)?),
            IngressAuthType::Cognito => Some(self.cognito(diagnostics)?),
            IngressAuthType::None | IngressAuthType::Url => None,
        };
        let https = ingress.https.unwrap_or(true);
        Some(Alb {
            scheme: ingress.scheme.unwrap_or(Scheme::Internal),
            name: ingress.load_balancer_name.clone(),
            group: ingress.group.clone(),
            // The controller refuses a group of which two Ingresses state the same order.
            group_order: ingress.group_order.map(|order| order.saturating_add(self.order)),
            certificates: ingress.certificate_arn.as_ref().map(spec::ingress::OneOrMore::to_vec).unwrap_or_default(),
            ssl_policy: ingress.ssl_policy.clone(),
            https,
            redirect: https && ingress.redirect_http.unwrap_or(false),
            idle_timeout: self.idle_timeout(),
            inbound_cidrs: ingress.inbound_cidrs.clone().unwrap_or_default(),
            web_acl: ingress.wafv2_acl_arn.clone(),
            subnets: ingress.subnets.clone().unwrap_or_default(),
            security_groups: ingress.security_groups.clone().unwrap_or_default(),
            attributes: ingress.attributes.clone().unwrap_or_default(),
            tags: ingress.tags.clone().unwrap_or_default(),
            login,
            health_check: self.health_check(),
        })
    }

    fn nginx(&self, diagnostics: &mut Vec<Diagnostic>) -> Option<Nginx> {
        let ingress = self.ingress;
        let auth = match self.auth_type(&[IngressAuthType::Url], diagnostics)? {
            IngressAuthType::Url => {
                let auth = ingress.auth.clone().unwrap_or_default();
                Some(NginxAuth {
                    url: self.detail("url", auth.url.as_ref(), diagnostics)?,
                    signin: auth.signin,
                    response_headers: auth.response_headers.unwrap_or_default(),
                })
            }
            IngressAuthType::None | IngressAuthType::Oidc | IngressAuthType::Cognito => None,
        };
        Some(Nginx {
            tls_secret: ingress.tls_secret.clone(),
            redirect: ingress.redirect_http.unwrap_or(false),
            idle_timeout: self.idle_timeout(),
            inbound_cidrs: ingress.inbound_cidrs.clone().unwrap_or_default(),
            body_size: ingress.body_size.clone(),
            auth,
        })
    }

    fn gateway(&self, diagnostics: &mut Vec<Diagnostic>) -> Option<Gateway> {
        self.auth_type(&[], diagnostics)?;
        let gateway = self.ingress.gateway.clone().unwrap_or_default();
        let Some(name) = gateway.name else {
            let message = format!("environment `{}` says nothing about its Gateway", self.environment.name);
            let help = format!(
                "write `ingress.gateway = {{ name = \"…\", namespace = \"…\" }}` under `[environments.{}]`",
                self.environment.name
            );
            let span = self.values.span(&self.path.join("expose"));
            diagnostics.push(Diagnostic::error("missing-gateway", span, message).help(help));
            return None;
        };
        Some(Gateway {
            name,
            namespace: gateway.namespace,
            section: gateway.section,
            request_timeout: gateway.request_timeout,
            extensions: gateway.extensions.unwrap_or_default(),
        })
    }

    /// Who asks for a login, of those that the controller can have ask.
    fn auth_type(&self, able: &[IngressAuthType], diagnostics: &mut Vec<Diagnostic>) -> Option<IngressAuthType> {
        use IngressAuthType::{Cognito, None as Nobody, Oidc, Url};
        let auth = self.ingress.auth.clone().unwrap_or_default();
        let described = [(Oidc, auth.oidc.is_some()), (Cognito, auth.cognito.is_some()), (Url, auth.url.is_some())];
        let described: Vec<IngressAuthType> =
            described.into_iter().filter(|(_, is)| *is).map(|(each, _)| each).collect();
        let path = self.path.join("auth");
        let chosen = match (auth.auth_type, described.as_slice()) {
            (Some(chosen), _) => chosen,
            (None, []) => Nobody,
            (None, [only]) => *only,
            (None, several) => {
                let several: Vec<String> = several.iter().map(|each| format!("`{}`", each.as_str())).collect();
                let message = format!("`auth` describes {}, but not which of them asks", several.join(" and "));
                diagnostics.push(
                    Diagnostic::error("incomplete-ingress-auth", self.values.key_span(&path), message)
                        .help("write `auth.type`"),
                );
                return None;
            }
        };
        if chosen == Nobody || able.contains(&chosen) {
            return Some(chosen);
        }
        let class = self.ingress.class.map_or("", IngressClass::as_str);
        let help = match class {
            "alb" => "an ALB asks `oidc` or `cognito`",
            "nginx" => "nginx asks by `url`, such as oauth2-proxy's",
            _ => "let a resource of the Gateway's controller ask: `gateway.extensions`",
        };
        let message = format!(
            "ingress class `{class}` of `{}` cannot have people log in with `{}`",
            self.environment.name,
            chosen.as_str()
        );
        let key = if auth.auth_type.is_some() { path.join("type") } else { path.join(chosen.as_str()) };
        diagnostics.push(Diagnostic::error("incomplete-ingress-auth", self.values.key_span(&key), message).help(help));
        None
    }

    /// A detail that a login cannot do without; `key` is below `auth`.
    fn detail(&self, key: &str, value: Option<&String>, diagnostics: &mut Vec<Diagnostic>) -> Option<String> {
        if value.is_none() {
            let path = key.split('.').fold(self.path.join("auth"), |path, key| path.join(key));
            let message = format!("people are to log in, but `auth.{key}` says nothing");
            let help = format!("write `ingress.auth.{key}` under `[environments.{}]`", self.environment.name);
            diagnostics
                .push(Diagnostic::error("incomplete-ingress-auth", self.values.key_span(&path), message).help(help));
        }
        value.cloned()
    }

    fn oidc(&self, diagnostics: &mut Vec<Diagnostic>) -> Option<Login> {
        let oidc = self.ingress.auth.as_ref().and_then(|auth| auth.oidc.clone()).unwrap_or_default();
        let mut detail = |key: &str, value: &Option<String>| self.detail(key, value.as_ref(), diagnostics);
        let provider = Provider::Oidc {
            issuer: detail("oidc.issuer", &oidc.issuer)?,
            authorization_endpoint: detail("oidc.authorization-endpoint", &oidc.authorization_endpoint)?,
            token_endpoint: detail("oidc.token-endpoint", &oidc.token_endpoint)?,
            user_info_endpoint: detail("oidc.user-info-endpoint", &oidc.user_info_endpoint)?,
            secret: detail("oidc.secret", &oidc.secret)?,
        };
        Some(self.login(provider))
    }

    fn cognito(&self, diagnostics: &mut Vec<Diagnostic>) -> Option<Login> {
        let cognito = self.ingress.auth.as_ref().and_then(|auth| auth.cognito.clone()).unwrap_or_default();
        let mut detail = |key: &str, value: &Option<String>| self.detail(key, value.as_ref(), diagnostics);
        let provider = Provider::Cognito {
            user_pool_arn: detail("cognito.user-pool-arn", &cognito.user_pool_arn)?,
            client_id: detail("cognito.client-id", &cognito.client_id)?,
            domain: detail("cognito.domain", &cognito.domain)?,
        };
        Some(self.login(provider))
    }

    fn login(&self, provider: Provider) -> Login {
        let auth = self.ingress.auth.clone().unwrap_or_default();
        Login {
            provider,
            scope: auth.scope,
            session_timeout: auth.session_timeout.as_ref().and_then(spec::Duration::seconds),
            on_unauthenticated: auth.on_unauthenticated,
        }
    }

    fn health_check(&self) -> HealthCheck {
        let checks = self.ingress.health_check.clone().unwrap_or_default();
        // Both answer without a token (Ray `dashboard/http_server_head.py`, public_exact_paths).
        let (check, path) = match self.expose {
            Expose::Dashboard => (checks.dashboard, "/api/gcs_healthz"),
            Expose::Serve => (checks.serve, "/-/healthz"),
        };
        let check = check.unwrap_or_default();
        HealthCheck {
            path: check.path.unwrap_or_else(|| path.to_owned()),
            success_codes: check.success_codes,
            interval: check.interval.as_ref().and_then(spec::Duration::seconds),
            timeout: check.timeout.as_ref().and_then(spec::Duration::seconds),
            healthy: check.healthy,
            unhealthy: check.unhealthy,
        }
    }
}
