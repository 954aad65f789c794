//! Ingresses and clusters together.

use serde_json::{Value, json};

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
