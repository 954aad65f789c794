//! Annotations of ingress-nginx (`docs/user-guide/nginx-configuration/annotations.md`, 1.14).

use super::Annotation;
use crate::resolve::{Ingress, Nginx};

/// Everything that is not left to the controller's own defaults. Websockets need no more than the timeouts.
pub(super) fn annotations(ingress: &Ingress, nginx: &Nginx) -> Vec<Annotation> {
    let mut annotations = Vec::new();
    let mut add = |key: &str, value: &str, made_by| annotations.push((key.to_owned(), value.to_owned(), made_by));
    let seconds = nginx.idle_timeout.to_string();
    add("proxy-read-timeout", &seconds, "idle-timeout");
    add("proxy-send-timeout", &seconds, "idle-timeout");
    if !ingress.path.is_empty() {
        add("use-regex", "true", "path");
        add("rewrite-target", "/$2", "path");
    }
    if nginx.redirect {
        // Unlike `ssl-redirect`, which is on by default, it also acts where TLS ends before nginx.
        add("force-ssl-redirect", "true", "redirect-http");
    }
    if !nginx.inbound_cidrs.is_empty() {
        add("whitelist-source-range", &nginx.inbound_cidrs.join(","), "inbound-cidrs");
    }
    if let Some(size) = &nginx.body_size {
        add("proxy-body-size", size, "body-size");
    }
    if let Some(auth) = &nginx.auth {
        add("auth-url", &auth.url, "auth.url");
        if let Some(signin) = &auth.signin {
            add("auth-signin", signin, "auth.signin");
        }
        if !auth.response_headers.is_empty() {
            add("auth-response-headers", &auth.response_headers.join(","), "auth.response-headers");
        }
    }
    annotations
}
