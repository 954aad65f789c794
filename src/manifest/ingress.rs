//! Ingress (`networking.k8s.io/v1`) for ALB and nginx: one object per exposed port, for an ALB's health check is set
//! per Ingress.

use std::collections::BTreeMap;

use k8s_openapi::api::networking::v1::{
    HTTPIngressPath, HTTPIngressRuleValue, Ingress, IngressBackend, IngressRule, IngressServiceBackend, IngressSpec,
    IngressTLS, ServiceBackendPort,
};
use serde_json::json;

use super::metadata::Metadata;
use super::{Manifest, Places, Scope};
use crate::resolve;
use crate::resolve::Workload;
use crate::spec::{Expose, IngressClass, WorkloadKind};

pub(super) fn ingress(scope: &Scope<'_>, workload: &Workload, ingress: &resolve::Ingress) -> Manifest {
    let name = format!("{}-{}", workload.name, ingress.expose.as_str());
    let service = service_name(workload, ingress.expose);
    let mut annotations = match ingress.class {
        IngressClass::Alb => alb(ingress, &service),
        IngressClass::Nginx => nginx(ingress),
    };
    annotations.extend(ingress.annotations.clone());
    let tls = ingress.tls_secret.clone().map(|secret| {
        vec![IngressTLS { hosts: ingress.host.clone().map(|host| vec![host]), secret_name: Some(secret) }]
    });
    let object = Ingress {
        metadata: Metadata::of_workload(scope.team, workload, name).with_annotations(annotations).into(),
        spec: Some(IngressSpec {
            ingress_class_name: Some(ingress.class.as_str().to_owned()),
            rules: Some(vec![IngressRule {
                host: ingress.host.clone(),
                http: Some(HTTPIngressRuleValue { paths: vec![path(ingress, &service)] }),
            }]),
            tls,
            ..IngressSpec::default()
        }),
        ..Ingress::default()
    };
    let own = workload.path.join("ingress");
    let mut places = Places::new(own.clone());
    places.add("/metadata/annotations", own.join("annotations"));
    let annotation = |key: &str| format!("/metadata/annotations/{}", key.replace('~', "~0").replace('/', "~1"));
    for (annotated, key) in [
        ("alb.ingress.kubernetes.io/scheme", "scheme"),
        ("alb.ingress.kubernetes.io/group.name", "group"),
        ("alb.ingress.kubernetes.io/certificate-arn", "certificate-arn"),
        ("alb.ingress.kubernetes.io/load-balancer-attributes", "idle-timeout"),
        ("nginx.ingress.kubernetes.io/proxy-read-timeout", "idle-timeout"),
    ] {
        places.add(annotation(annotated), own.join(key));
    }
    for key in ingress.annotations.keys() {
        places.add(annotation(key), own.join("annotations").join(key));
    }
    places.add("/spec/ingressClassName", own.join("class"));
    places.add("/spec/rules/0/host", own.join("host"));
    places.add("/spec/rules/0/http/paths/0/path", own.join("path"));
    places.add("/spec/rules/0/http/paths/0/backend", own.join("expose"));
    places.add("/spec/tls", own.join("tls-secret"));
    scope.manifest(object, places)
}

/// Name of the Service that KubeRay makes for the port. Serve of a service has one of its own, which leads to whatever
/// cluster is ready (KubeRay `utils.GenerateServeServiceName`).
fn service_name(workload: &Workload, expose: Expose) -> String {
    match (workload.kind, expose) {
        (WorkloadKind::Service, Expose::Serve) => format!("{}-serve-svc", workload.name),
        _ => format!("{}-head-svc", workload.name),
    }
}

/// nginx's regular expressions need `ImplementationSpecific`: its admission refuses them under `Exact` and `Prefix`
/// when strict path validation is on (ingress-nginx FAQ, issue 10281).
fn path(ingress: &resolve::Ingress, service: &str) -> HTTPIngressPath {
    let (path, path_type) = match (ingress.class, ingress.path.as_str()) {
        (_, "") => ("/".to_owned(), "Prefix"),
        (IngressClass::Alb, path) => (path.to_owned(), "Prefix"),
        (IngressClass::Nginx, path) => (format!("{path}(/|$)(.*)"), "ImplementationSpecific"),
    };
    HTTPIngressPath {
        path: Some(path),
        path_type: path_type.to_owned(),
        backend: IngressBackend {
            service: Some(IngressServiceBackend {
                name: service.to_owned(),
                port: Some(ServiceBackendPort { name: Some(ingress.expose.as_str().to_owned()), number: None }),
            }),
            ..IngressBackend::default()
        },
    }
}

/// AWS Load Balancer Controller, `docs/guide/ingress/annotations.md`.
fn alb(ingress: &resolve::Ingress, service: &str) -> BTreeMap<String, String> {
    let mut annotations = BTreeMap::new();
    let mut add = |key: &str, value: String| annotations.insert(format!("alb.ingress.kubernetes.io/{key}"), value);
    add("scheme", ingress.scheme.as_str().to_owned());
    // The head's Service is headless by default (KubeRay `common/service.go`), so there is no node port to target.
    add("target-type", "ip".to_owned());
    add("listen-ports", json!([{ "HTTPS": 443 }]).to_string());
    // The ALB's own 60 s cut log streams and websockets.
    add("load-balancer-attributes", format!("idle_timeout.timeout_seconds={}", ingress.idle_timeout));
    let health = match ingress.expose {
        Expose::Dashboard => "/api/gcs_healthz",
        Expose::Serve => "/-/healthz",
    };
    add("healthcheck-path", health.to_owned());
    if let Some(group) = &ingress.group {
        add("group.name", group.clone());
    }
    if let Some(arn) = &ingress.certificate_arn {
        add("certificate-arn", arn.clone());
    }
    if !ingress.path.is_empty() {
        // The dashboard knows nothing of the path it is published under; rewriting needs controller 2.14.1.
        let rewrite = json!([{
            "type": "url-rewrite",
            "urlRewriteConfig": { "rewrites": [{ "regex": format!("^{}/?(.*)$", ingress.path), "replace": "/$1" }] },
        }]);
        add(&format!("transforms.{service}"), rewrite.to_string());
    }
    annotations
}

/// ingress-nginx, `docs/user-guide/nginx-configuration/annotations.md`.
fn nginx(ingress: &resolve::Ingress) -> BTreeMap<String, String> {
    let mut annotations = BTreeMap::new();
    let mut add = |key: &str, value: String| annotations.insert(format!("nginx.ingress.kubernetes.io/{key}"), value);
    add("proxy-read-timeout", ingress.idle_timeout.to_string());
    add("proxy-send-timeout", ingress.idle_timeout.to_string());
    if !ingress.path.is_empty() {
        add("use-regex", "true".to_owned());
        add("rewrite-target", "/$2".to_owned());
    }
    annotations
}
