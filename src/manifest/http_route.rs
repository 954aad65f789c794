//! HTTPRoute (`gateway.networking.k8s.io/v1`): one object per exposed port, as with Ingresses.

use serde::Serialize;

use super::metadata::Metadata;
use super::{Manifest, Places, Scope, pod};
use crate::resolve::{Gateway, Ingress, Workload};
use crate::spec::ExtensionRef;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct HttpRoute {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata,
    spec: Spec,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Spec {
    parent_refs: [ParentRef; 1],
    hostnames: [String; 1],
    rules: [Rule; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ParentRef {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    section_name: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    matches: [Match; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    filters: Vec<Filter>,
    backend_refs: [BackendRef; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    timeouts: Option<Timeouts>,
}

#[derive(Serialize)]
struct Match {
    path: PathMatch,
}

#[derive(Serialize)]
struct PathMatch {
    #[serde(rename = "type")]
    match_type: &'static str,
    value: String,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all_fields = "camelCase")]
enum Filter {
    #[serde(rename = "URLRewrite")]
    UrlRewrite {
        url_rewrite: UrlRewrite,
    },
    ExtensionRef {
        extension_ref: Extension,
    },
}

#[derive(Serialize)]
struct UrlRewrite {
    path: PathModifier,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PathModifier {
    #[serde(rename = "type")]
    modifier_type: &'static str,
    replace_prefix_match: &'static str,
}

#[derive(Serialize)]
struct Extension {
    group: String,
    kind: String,
    name: String,
}

#[derive(Serialize)]
struct BackendRef {
    name: String,
    port: i32,
}

#[derive(Serialize)]
struct Timeouts {
    request: String,
}

pub(super) fn http_route(scope: &Scope<'_>, workload: &Workload, ingress: &Ingress, gateway: &Gateway) -> Manifest {
    let own = workload.path.join("ingress");
    let of_gateway = own.join("gateway");
    let mut places = Places::new(own.clone());
    places.add("/metadata/annotations", own.join("annotations"));
    for key in ingress.annotations.keys() {
        let token = key.replace('~', "~0").replace('/', "~1");
        places.add(format!("/metadata/annotations/{token}"), own.join("annotations").join(key));
    }
    for (pointer, key) in [("", ""), ("/name", "name"), ("/namespace", "namespace"), ("/sectionName", "section")] {
        let path = if key.is_empty() { of_gateway.clone() } else { of_gateway.join(key) };
        places.add(format!("/spec/parentRefs/0{pointer}"), path);
    }
    places.add("/spec/hostnames", own.join("host"));
    places.add("/spec/rules/0/matches", own.join("path"));
    places.add("/spec/rules/0/backendRefs", own.join("expose"));
    places.add("/spec/rules/0/timeouts", of_gateway.join("request-timeout"));
    places.add("/spec/rules/0/filters", of_gateway.join("extensions"));

    let name = format!("{}-{}", workload.name, ingress.expose.as_str());
    let object = HttpRoute {
        api_version: "gateway.networking.k8s.io/v1",
        kind: "HTTPRoute",
        metadata: Metadata::of_workload(scope.team, workload, name).with_annotations(ingress.annotations.clone()),
        spec: Spec {
            parent_refs: [ParentRef {
                name: gateway.name.clone(),
                namespace: gateway.namespace.clone(),
                section_name: gateway.section.clone(),
            }],
            hostnames: [ingress.host.clone()],
            rules: [rule(ingress, gateway)],
        },
    };
    scope.manifest(object, places)
}

fn rule(ingress: &Ingress, gateway: &Gateway) -> Rule {
    let path = if ingress.path.is_empty() { "/" } else { &ingress.path };
    let mut filters: Vec<Filter> = gateway.extensions.iter().map(extension).collect();
    if !ingress.path.is_empty() {
        // The dashboard knows nothing of the path it is published under.
        let path = PathModifier { modifier_type: "ReplacePrefixMatch", replace_prefix_match: "/" };
        filters.push(Filter::UrlRewrite { url_rewrite: UrlRewrite { path } });
    }
    Rule {
        matches: [Match { path: PathMatch { match_type: "PathPrefix", value: path.to_owned() } }],
        filters,
        // A backend's port has no name here.
        backend_refs: [BackendRef { name: ingress.service.clone(), port: pod::head_port(ingress.expose.as_str()) }],
        timeouts: gateway.request_timeout.clone().map(|request| Timeouts { request }),
    }
}

fn extension(extension: &ExtensionRef) -> Filter {
    let ExtensionRef { group, kind, name } = extension.clone();
    Filter::ExtensionRef { extension_ref: Extension { group, kind, name } }
}
