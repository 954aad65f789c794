//! Ingresses and clusters together.

use raygen::json;
use raygen::json::Value;

use crate::rules;

fn cluster(spec: &Value) -> Value {
    let mut object = json!({
        "apiVersion": "ray.io/v1", "kind": "RayCluster", "metadata": { "name": "train", "namespace": "vision" },
        "spec": { "rayVersion": "2.52.0", "headGroupSpec": {} },
    });
    for (key, value) in spec.as_object().into_iter().flatten() {
        object["spec"][key] = value.clone();
    }
    object
}

fn ingress(class: &str, annotations: &Value, service: &str, port: &Value) -> Value {
    json!({
        "apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
        "metadata": { "name": "dashboard", "namespace": "vision", "annotations": annotations },
        "spec": { "ingressClassName": class, "rules": [{ "host": "train.example.com", "http": { "paths": [
            { "path": "/", "pathType": "Prefix", "backend": { "service": { "name": service, "port": port } } }
        ] } }] },
    })
}

fn raises(objects: &[Value], rule: &str) -> bool {
    rules::linted(objects).iter().any(|diagnostic| diagnostic.rule == rule)
}

#[test]
fn a_dashboard_is_open_unless_somebody_asks() {
    const RULE: &str = "unauthenticated-dashboard";
    let open = cluster(&json!({}));
    let dashboard = json!({ "number": 8265 });
    let exposed = |annotations: &Value| ingress("alb", annotations, "train-head-svc", &dashboard);
    assert!(raises(&[open.clone(), exposed(&json!({}))], RULE));
    assert!(raises(&[open.clone(), exposed(&json!({ "alb.ingress.kubernetes.io/auth-type": "none" }))], RULE));
    assert!(!raises(&[open.clone(), exposed(&json!({ "alb.ingress.kubernetes.io/auth-type": "oidc" }))], RULE));
    assert!(!raises(&[cluster(&json!({ "authOptions": { "mode": "token" } })), exposed(&json!({}))], RULE));
    // An empty mode makes a Secret that no pod uses.
    assert!(raises(&[cluster(&json!({ "authOptions": {} })), exposed(&json!({}))], RULE));
    let serve = ingress("alb", &json!({}), "train-head-svc", &json!({ "name": "serve" }));
    assert!(!raises(&[open, serve], RULE));
}

#[test]
fn the_operator_exposes_dashboards_too() {
    const RULE: &str = "unauthenticated-dashboard";
    for head in [
        json!({ "serviceType": "LoadBalancer" }),
        json!({ "headService": { "spec": { "type": "NodePort" } } }),
        json!({ "enableIngress": true }),
    ] {
        assert!(raises(&[cluster(&json!({ "headGroupSpec": head }))], RULE), "{head}");
    }
    assert!(!raises(&[cluster(&json!({ "headGroupSpec": { "serviceType": "ClusterIP" } }))], RULE));
}

#[test]
fn the_f5_controller_of_the_same_class_is_not_retired() {
    let nginx = |annotations: &Value| ingress("nginx", annotations, "other", &json!({ "number": 80 }));
    assert!(raises(&[nginx(&json!({}))], "retired-ingress-nginx"));
    assert!(!raises(&[nginx(&json!({ "nginx.org/websocket-services": "a" }))], "retired-ingress-nginx"));
}

#[test]
fn node_ports_are_fine_where_there_are_some() {
    let alb = ingress("alb", &json!({}), "train-head-svc", &json!({ "number": 8265 }));
    assert!(raises(&[cluster(&json!({})), alb.clone()], "alb-instance-target"));
    let on_nodes = cluster(&json!({ "headGroupSpec": { "serviceType": "NodePort" } }));
    assert!(!raises(&[on_nodes, alb], "alb-instance-target"));
}

/// An ALB Ingress of the dashboard with one annotation more.
fn annotated(key: &str, value: &str) -> [Value; 2] {
    let annotations = json!({
        "alb.ingress.kubernetes.io/target-type": "ip",
        "alb.ingress.kubernetes.io/listen-ports": "[{\"HTTPS\": 443}]",
        "alb.ingress.kubernetes.io/load-balancer-attributes": "idle_timeout.timeout_seconds=600",
        (format!("alb.ingress.kubernetes.io/{key}")): value,
    });
    let asks = cluster(&json!({ "authOptions": { "mode": "token" } }));
    [asks, ingress("alb", &annotations, "train-head-svc", &json!({ "number": 8265 }))]
}

#[test]
fn what_the_load_balancer_controller_refuses_is_refused_here() {
    for (key, fine, wrong) in [
        ("group.name", "team.a-1", "Team"),
        ("group.name", "a", "-a"),
        ("group.order", "-5", "1001"),
        ("load-balancer-name", "ray-prod", "a-name-of-more-than-thirty-two-characters"),
        ("load-balancer-name", "ray-prod", "internal-ray"),
        ("listen-ports", "[{\"HTTP\": 80}, {\"HTTPS\": 443}]", "[{\"HTTP\": 443}, {\"HTTPS\": 443}]"),
        ("listen-ports", "[{\"HTTPS\": 8443}]", "443"),
        ("ssl-redirect", "443", "8443"),
        ("scheme", "internal", "private"),
        ("target-type", "ip", "pod"),
        ("auth-session-timeout", "3600", "1h"),
        ("healthcheck-interval-seconds", "30", "1"),
        ("load-balancer-attributes", "idle_timeout.timeout_seconds=4000", "idle_timeout.timeout_seconds=4001"),
        ("transforms.train-head-svc", "[]", "{'type': 'url-rewrite'}"),
    ] {
        const RULE: &str = "invalid-ingress-annotation";
        assert!(!raises(&annotated(key, fine), RULE), "{key}: {fine}");
        assert!(raises(&annotated(key, wrong), RULE), "{key}: {wrong}");
    }
}

#[test]
fn annotations_of_a_login_are_complete() {
    const RULE: &str = "incomplete-ingress-auth";
    let with = |details: &str| {
        let [cluster, mut ingress] = annotated("auth-type", "cognito");
        ingress["metadata"]["annotations"]["alb.ingress.kubernetes.io/auth-idp-cognito"] = details.into();
        raises(&[cluster, ingress], RULE)
    };
    assert!(raises(&annotated("auth-type", "oidc"), RULE));
    assert!(with("{\"userPoolARN\": \"a\", \"userPoolClientID\": \"b\"}"));
    assert!(!with("{\"userPoolARN\": \"a\", \"userPoolClientID\": \"b\", \"userPoolDomain\": \"c\"}"));
}

#[test]
fn two_ingresses_of_a_group_want_different_places() {
    const RULE: &str = "conflicting-ingress-group";
    let at = |name: &str, order: &str| {
        let [_, mut ingress] = annotated("group.name", "ray");
        ingress["metadata"]["name"] = name.into();
        ingress["metadata"]["annotations"]["alb.ingress.kubernetes.io/group.order"] = order.into();
        ingress
    };
    assert!(raises(&[at("a", "1"), at("b", "1")], RULE));
    assert!(!raises(&[at("a", "1"), at("b", "2")], RULE));
}

#[test]
fn annotations_of_other_tools_are_their_own() {
    const RULE: &str = "unknown-ingress-annotation";
    assert!(raises(&annotated("idle-timeout", "600"), RULE));
    assert!(!raises(&annotated("actions.forward", "{}"), RULE));
    let [_, mut other] = annotated("group.name", "ray");
    other["metadata"]["annotations"]["external-dns.alpha.kubernetes.io/hostname"] = "a.example.com".into();
    assert!(!raises(&[other], RULE));
}
