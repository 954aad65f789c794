//! Objects of Kubernetes and of the operators around Ray: what may change, what is refused, what touches data.

use raygen::impact::Verdict::{self, Data, Delete, Ignored, Live, Pending, Rejected, Rerun};
use raygen::json;
use raygen::json::Value;

use super::{assessed, verdicts, with};

/// An object, a JSON pointer, the values there before and after, and the verdicts.
type Row = (Value, &'static str, Value, Value, &'static [Verdict]);

fn object(api_version: &str, kind: &str, rest: &Value) -> Value {
    let mut object = json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": "a", "namespace": "vision"}});
    object.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    object
}

fn storage() -> Vec<Row> {
    let volume = object(
        "v1",
        "PersistentVolume",
        &json!({"spec": {"persistentVolumeReclaimPolicy": "Retain", "csi": {"volumeHandle": "fs-1"}, "mountOptions": ["flock"],
            "claimRef": {"name": "a"}, "capacity": {"storage": "1Ti"}, "nodeAffinity": {"required": {}}}}),
    );
    let claim = |class: &str| {
        let spec = json!({"storageClassName": class, "volumeName": "a", "resources": {"requests": {"storage": "1Ti"}}});
        object("v1", "PersistentVolumeClaim", &json!({ "spec": spec }))
    };
    let class =
        object("storage.k8s.io/v1", "StorageClass", &json!({"parameters": {"a": "b"}, "reclaimPolicy": "Retain"}));
    let size = "/spec/resources/requests/storage";
    vec![
        (volume.clone(), "/spec/csi/volumeHandle", json!("fs-1"), json!("fs-2"), &[Rejected]),
        (volume.clone(), "/spec/nodeAffinity/required", json!({}), json!({"nodeSelectorTerms": []}), &[Rejected]),
        (volume.clone(), "/spec/nodeAffinity", Value::Null, json!({"required": {}}), &[Live]),
        (volume.clone(), "/spec/persistentVolumeReclaimPolicy", json!("Retain"), json!("Delete"), &[Data]),
        (volume.clone(), "/spec/persistentVolumeReclaimPolicy", json!("Delete"), json!("Retain"), &[Live]),
        (volume.clone(), "/spec/claimRef/name", json!("a"), json!("b"), &[Data]),
        (volume.clone(), "/spec/mountOptions", json!(["flock"]), json!(["flock", "ro"]), &[Pending]),
        (volume, "/spec/capacity/storage", json!("1Ti"), json!("2Ti"), &[Live]),
        (claim("fsx"), size, json!("1Ti"), json!("2048Gi"), &[Live]),
        (claim("fsx"), size, json!("1Ti"), json!("512Gi"), &[Rejected]),
        (claim(""), size, json!("1Ti"), json!("2Ti"), &[Rejected]),
        (claim("fsx"), "/spec/storageClassName", json!("fsx"), json!("ebs"), &[Rejected]),
        (claim("fsx"), "/spec/volumeName", json!("a"), json!("b"), &[Rejected]),
        (claim("fsx"), "/metadata/labels", Value::Null, json!({"a": "b"}), &[Live]),
        (class.clone(), "/parameters/a", json!("b"), json!("c"), &[Rejected]),
        (class.clone(), "/provisioner", json!("b"), json!("c"), &[Rejected]),
        (class.clone(), "/reclaimPolicy", json!("Retain"), json!("Delete"), &[Rejected]),
        (class.clone(), "/volumeBindingMode", json!("Immediate"), json!("WaitForFirstConsumer"), &[Rejected]),
        (class.clone(), "/mountOptions", Value::Null, json!(["flock"]), &[Ignored]),
        (class, "/allowVolumeExpansion", json!(false), json!(true), &[Live]),
    ]
}

fn around() -> Vec<Row> {
    let plain = |api_version: &str, kind: &str| object(api_version, kind, &json!({"spec": {}}));
    let job = object("batch/v1", "Job", &json!({"spec": {"template": {"spec": {"image": "a"}}, "backoffLimit": 1}}));
    let forced =
        with(&job, "/metadata/annotations", &json!({"argocd.argoproj.io/sync-options": "Force=true,Replace=true"}));
    let config = object("v1", "ConfigMap", &json!({"data": {"a": "b"}}));
    let annotated =
        |kind: &str| object("v1", kind, &json!({"metadata": {"name": "a", "annotations": {}, "labels": {}}}));
    let image = "/spec/template/spec/image";
    let ingress = with(&plain("networking.k8s.io/v1", "Ingress"), "/metadata/annotations", &json!({}));
    vec![
        (job.clone(), image, json!("a"), json!("b"), &[Rejected]),
        (forced, image, json!("a"), json!("b"), &[Rerun]),
        (job, "/spec/backoffLimit", json!(1), json!(2), &[Live]),
        (config.clone(), "/data/a", json!("b"), json!("c"), &[Pending]),
        (with(&config, "/immutable", &json!(true)), "/data/a", json!("b"), json!("c"), &[Rejected]),
        (object("v1", "Secret", &json!({"type": "a"})), "/type", json!("a"), json!("b"), &[Rejected]),
        (
            plain("external-secrets.io/v1", "ExternalSecret"),
            "/spec/data",
            json!([]),
            json!([{"secretKey": "a"}]),
            &[Pending],
        ),
        (
            annotated("ServiceAccount"),
            "/metadata/annotations/eks.amazonaws.com~1role-arn",
            json!("a"),
            json!("b"),
            &[Pending],
        ),
        (annotated("ServiceAccount"), "/metadata/labels/a", json!("a"), json!("b"), &[Live]),
        (
            annotated("Namespace"),
            "/metadata/labels/pod-security.kubernetes.io~1enforce",
            json!("baseline"),
            json!("restricted"),
            &[Pending],
        ),
        (annotated("Namespace"), "/metadata/annotations/owner", json!("a"), json!("b"), &[Live]),
        (
            object("rbac.authorization.k8s.io/v1", "RoleBinding", &json!({})),
            "/roleRef",
            json!({"name": "a"}),
            json!({"name": "b"}),
            &[Rejected],
        ),
        (object("rbac.authorization.k8s.io/v1", "Role", &json!({})), "/rules", json!([]), json!([{}]), &[Live]),
        (plain("v1", "Service"), "/spec/clusterIP", json!("10.0.0.1"), json!("10.0.0.2"), &[Rejected]),
        (plain("v1", "Service"), "/spec/ports", json!([{"port": 1}]), json!([{"port": 2}]), &[Live]),
        (
            ingress.clone(),
            "/metadata/annotations/alb.ingress.kubernetes.io~1scheme",
            json!("internal"),
            json!("internet-facing"),
            &[Live],
        ),
        (ingress, "/spec/rules", json!([{"host": "a"}]), json!([{"host": "b"}]), &[Live]),
        (plain("networking.k8s.io/v1", "NetworkPolicy"), "/spec/ingress", json!([]), json!([{}]), &[Live]),
        (plain("policy/v1", "PodDisruptionBudget"), "/spec/minAvailable", json!(1), json!(2), &[Live]),
        (plain("v1", "ResourceQuota"), "/spec/hard", json!({"cpu": "1"}), json!({"cpu": "2"}), &[Live]),
        (
            plain("monitoring.coreos.com/v1", "PodMonitor"),
            "/spec/selector",
            json!({}),
            json!({"matchLabels": {}}),
            &[Live],
        ),
        (plain("example.com/v1", "Widget"), "/spec/size", json!(1), json!(2), &[Live]),
        (plain("example.com/v1", "Widget"), "/apiVersion", json!("example.com/v1"), json!("example.com/v2"), &[Live]),
    ]
}

#[test]
fn every_change_has_its_verdicts() {
    for (object, pointer, before, after, expected) in [storage(), around()].concat() {
        let (old, new) = (with(&object, pointer, &before), with(&object, pointer, &after));
        let kind = &object["kind"];
        assert_eq!(verdicts(&old, &new, ("1.7.0", "1.7.0")), expected, "{kind} {pointer}: {before} → {after}");
    }
}

#[test]
fn what_goes_with_an_object_that_is_gone() {
    for (kind, expected) in [
        ("Namespace", Data),
        ("PersistentVolumeClaim", Data),
        ("PersistentVolume", Data),
        ("Job", Delete),
        ("ServiceAccount", Pending),
        ("ConfigMap", Pending),
        ("NetworkPolicy", Live),
        ("Ingress", Live),
        ("PodMonitor", Live),
    ] {
        let old = object("v1", kind, &json!({}));
        let verdict = assessed(&[old], &[], ("1.7.0", "1.7.0"), |object| object.effects[0].verdict);
        assert_eq!(verdict, expected, "{kind}");
    }
}
