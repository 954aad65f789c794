//! Ingress (`networking.k8s.io/v1`) for ALB and nginx: one object per exposed port, for an ALB's health check is set
//! per Ingress.

mod alb;
mod nginx;

use std::collections::BTreeMap;

use k8s_openapi::api::networking::v1::{
    HTTPIngressPath, HTTPIngressRuleValue, Ingress, IngressBackend, IngressRule, IngressServiceBackend, IngressSpec,
    IngressTLS, ServiceBackendPort,
};

use super::metadata::Metadata;
use super::{Manifest, Places, Scope, http_route};
use crate::resolve;
use crate::resolve::{Controller, Workload};
use crate::spec::IngressClass;

/// An annotation: its key without the controller's prefix, its value, and the key of the `ingress` table that made it,
/// with dots between the steps.
type Annotation = (String, String, &'static str);

/// The object that exposes a port: an Ingress, or an HTTPRoute.
pub(super) fn ingress(scope: &Scope<'_>, workload: &Workload, ingress: &resolve::Ingress) -> Manifest {
    match &ingress.controller {
        Controller::Alb(alb) => {
            let annotations = prefixed("alb.ingress.kubernetes.io", alb::annotations(ingress, alb));
            let path = (if ingress.path.is_empty() { "/" } else { &ingress.path }, "Prefix");
            object(scope, workload, ingress, IngressClass::Alb, annotations, path, None)
        }
        Controller::Nginx(nginx) => {
            let annotations = prefixed("nginx.ingress.kubernetes.io", nginx::annotations(ingress, nginx));
            // nginx's admission refuses regular expressions under `Exact` and `Prefix` when strict path validation is
            // on (ingress-nginx FAQ, issue 10281).
            let expression = format!("{}(/|$)(.*)", ingress.path);
            let path =
                if ingress.path.is_empty() { ("/", "Prefix") } else { (expression.as_str(), "ImplementationSpecific") };
            object(scope, workload, ingress, IngressClass::Nginx, annotations, path, nginx.tls_secret.clone())
        }
        Controller::Gateway(gateway) => http_route::http_route(scope, workload, ingress, gateway),
    }
}

fn prefixed(prefix: &str, annotations: Vec<Annotation>) -> Vec<Annotation> {
    annotations.into_iter().map(|(key, value, made_by)| (format!("{prefix}/{key}"), value, made_by)).collect()
}

fn object(
    scope: &Scope<'_>,
    workload: &Workload,
    ingress: &resolve::Ingress,
    class: IngressClass,
    annotations: Vec<Annotation>,
    (path, path_type): (&str, &str),
    tls_secret: Option<String>,
) -> Manifest {
    let own = workload.path.join("ingress");
    let mut places = Places::new(own.clone());
    places.add("/metadata/annotations", own.join("annotations"));
    let pointer = |key: &str| format!("/metadata/annotations/{}", key.replace('~', "~0").replace('/', "~1"));
    for (key, _, made_by) in annotations.iter().filter(|(_, _, made_by)| !made_by.is_empty()) {
        places.add(pointer(key), made_by.split('.').fold(own.clone(), |path, key| path.join(key)));
    }
    for key in ingress.annotations.keys() {
        places.add(pointer(key), own.join("annotations").join(key));
    }
    places.add("/spec/ingressClassName", own.join("class"));
    places.add("/spec/rules/0/host", own.join("host"));
    places.add("/spec/rules/0/http/paths/0/path", own.join("path"));
    places.add("/spec/rules/0/http/paths/0/backend", own.join("expose"));
    places.add("/spec/tls", own.join("tls-secret"));

    let mut annotations: BTreeMap<String, String> =
        annotations.into_iter().map(|(key, value, _)| (key, value)).collect();
    annotations.extend(ingress.annotations.clone());
    let name = format!("{}-{}", workload.name, ingress.expose.as_str());
    let object = Ingress {
        metadata: Metadata::of_workload(scope.team, workload, name).with_annotations(annotations).into(),
        spec: Some(IngressSpec {
            ingress_class_name: Some(class.as_str().to_owned()),
            rules: Some(vec![IngressRule {
                host: Some(ingress.host.clone()),
                http: Some(HTTPIngressRuleValue { paths: vec![backend(ingress, path, path_type)] }),
            }]),
            tls: tls_secret
                .map(|secret| vec![IngressTLS { hosts: Some(vec![ingress.host.clone()]), secret_name: Some(secret) }]),
            ..IngressSpec::default()
        }),
        ..Ingress::default()
    };
    scope.manifest(object, places)
}

fn backend(ingress: &resolve::Ingress, path: &str, path_type: &str) -> HTTPIngressPath {
    HTTPIngressPath {
        path: Some(path.to_owned()),
        path_type: path_type.to_owned(),
        backend: IngressBackend {
            service: Some(IngressServiceBackend {
                name: ingress.service.clone(),
                port: Some(ServiceBackendPort { name: Some(ingress.expose.as_str().to_owned()), number: None }),
            }),
            ..IngressBackend::default()
        },
    }
}
