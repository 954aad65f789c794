//! What is wrong with storage, in specs and in objects that nobody rendered.

use raygen::json;
use raygen::json::Value;

use super::rules::linted;
use super::storage::{PLATFORM, SCRATCH, TRAIN, render_with};

#[test]
fn slips_are_reported_where_they_stand() {
    let cases = [
        ("[storage.scratch.prod]", "[storage.scratch.prdo]", "unknown-environment: storage `scratch` names `prdo`"),
        ("size = ", "sise = ", "unknown-key: unknown key `sise` in `storage.scratch`"),
        ("mount-name = ", "mount-nam = ", "unknown-key: unknown key `mount-nam` in `storage.scratch.prod`"),
        ("storage = \"scratch\"", "storage = \"scrach\"", "dangling-storage: the team has no storage `scrach`"),
        (
            "size = \"2400Gi\"",
            "bucket = \"x\"\nsize = \"2400Gi\"",
            "foreign-storage-key: storage `scratch` has `bucket`",
        ),
        (
            "size = \"2400Gi\"",
            "environments = [\"dev\"]\nsize = \"2400Gi\"",
            "dangling-storage: storage `scratch` is mounted",
        ),
        ("file-system-id = \"fs-0123456789abcdef0\"\n", "", "incomplete-storage: storage `scratch` has a `mount-name`"),
        ("type = \"fsx-lustre\"", "", "incomplete-storage: storage `scratch` has no `type`"),
    ];
    for (good, bad, expected) in cases {
        let team = format!("environments = [\"prod\"]\n{SCRATCH}{TRAIN}");
        assert!(team.contains(good), "{good}");
        let problems = render_with(PLATFORM, &team.replace(good, bad)).problems;
        assert!(problems.iter().any(|problem| problem.starts_with(expected)), "{expected}: {problems:#?}");
    }
}

/// The rules that hold of hand-written objects.
fn rules_of(objects: &[Value]) -> Vec<&'static str> {
    let mut rules: Vec<&str> = linted(objects).iter().map(|diagnostic| diagnostic.rule).collect();
    rules.sort_unstable();
    rules.dedup();
    rules
}

fn class(parameters: &Value) -> Value {
    json!({
        "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": { "name": "fsx" },
        "provisioner": "fsx.csi.aws.com", "reclaimPolicy": "Retain", "parameters": parameters
    })
}

#[test]
fn classes_that_nobody_rendered_are_judged_too() {
    let subnet = "subnet-0";
    let cases = [
        (json!({ "deploymentType": "SCRATCH_2", "fileSystemTypeVersion": "2.15" }), "invalid-fsx-parameter"),
        (json!({ "subnetId": "subnet-0,subnet-1", "fileSystemTypeVersion": "2.15" }), "invalid-fsx-parameter"),
        (
            json!({ "subnetId": subnet, "filesystemTypeVersion": "2.15", "fileSystemTypeVersion": "2.15" }),
            "invalid-fsx-parameter",
        ),
        (json!({ "subnetId": subnet, "fileSystemTypeVersion": "2.15", "efaEnabled": "true" }), "invalid-fsx-parameter"),
        (
            json!({ "subnetId": subnet, "fileSystemTypeVersion": "2.15", "metadataIops": "6000" }),
            "invalid-fsx-parameter",
        ),
        (
            json!({ "subnetId": subnet, "fileSystemTypeVersion": "2.15", "deploymentType": "PERSISTENT_1",
                    "storageType": "HDD", "perUnitStorageThroughput": "12" }),
            "invalid-fsx-parameter",
        ),
        (json!({ "subnetId": subnet, "deploymentType": "SCRATCH_2" }), "missing-file-system-version"),
        (json!({ "subnetId": subnet, "fileSystemTypeVersion": "2.11" }), "unsupported-file-system-version"),
        (
            json!({ "subnetId": subnet, "fileSystemTypeVersion": "2.15", "perUnitStorageThroughput": "50" }),
            "invalid-fsx-throughput",
        ),
        (
            json!({ "subnetId": subnet, "fileSystemTypeVersion": "2.15", "deploymentType": "PERSISTENT_1" }),
            "invalid-fsx-throughput",
        ),
        (
            json!({ "subnetId": subnet, "fileSystemTypeVersion": "2.15", "deploymentType": "PERSISTENT_2",
                    "perUnitStorageThroughput": "250", "s3ImportPath": "s3://acme" }),
            "unsupported-s3-import",
        ),
        (
            json!({ "subnetId": subnet, "fileSystemTypeVersion": "2.15", "s3ExportPath": "s3://acme" }),
            "unsupported-s3-import",
        ),
    ];
    for (parameters, rule) in cases {
        assert_eq!(rules_of(&[class(&parameters)]), [rule], "{parameters:#}");
    }
    let fine = json!({
        "subnetId": subnet, "fileSystemTypeVersion": "2.15", "deploymentType": "PERSISTENT_1", "storageType": "HDD",
        "perUnitStorageThroughput": "40", "driveCacheType": "NONE", "automaticBackupRetentionDays": "1",
        "s3ImportPath": "s3://acme/a", "s3ExportPath": "s3://acme/b", "autoImportPolicy": "NEW"
    });
    assert_eq!(rules_of(&[class(&fine)]), Vec::<&str>::new());
    let mut other = class(&json!({ "anything": "goes" }));
    other["provisioner"] = json!("efs.csi.aws.com");
    assert_eq!(rules_of(&[other]), Vec::<&str>::new(), "another driver");
}

#[test]
fn capacities_are_those_of_the_deployment_type() {
    let claim = |size: &str| {
        json!({
            "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": { "name": "data", "namespace": "ray" },
            "spec": { "accessModes": ["ReadWriteMany"], "storageClassName": "fsx",
                      "resources": { "requests": { "storage": size } } }
        })
    };
    let base = json!({ "subnetId": "subnet-0", "fileSystemTypeVersion": "2.15" });
    let with = |extra: Value| {
        let mut parameters = base.clone();
        parameters.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        class(&parameters)
    };
    let hdd = |throughput: &str| {
        json!({ "deploymentType": "PERSISTENT_1", "storageType": "HDD", "driveCacheType": "READ",
                "perUnitStorageThroughput": throughput })
    };
    let cases = [
        (json!({}), ["1200Gi", "2400Gi", "7200Gi"], ["1000Gi", "4800Gi", "3601Gi"]),
        (json!({ "deploymentType": "SCRATCH_2" }), ["1200Gi", "2400Gi", "4800Gi"], ["1Ti", "1201Gi", "3600Gi"]),
        (hdd("12"), ["6000Gi", "12000Gi", "18000Gi"], ["1200Gi", "6001Gi", "7200Gi"]),
        (hdd("40"), ["1800Gi", "3600Gi", "5400Gi"], ["1200Gi", "2400Gi", "6000Gi"]),
    ];
    for (parameters, offered, not_offered) in cases {
        let class = with(parameters);
        for size in offered {
            assert_eq!(rules_of(&[class.clone(), claim(size)]), Vec::<&str>::new(), "{size} of {class:#}");
        }
        for size in not_offered {
            assert_eq!(rules_of(&[class.clone(), claim(size)]), ["invalid-fsx-capacity"], "{size} of {class:#}");
        }
    }
}

#[test]
fn a_volume_that_is_recycled_does_not_outlive_its_claim() {
    let volume = json!({
        "apiVersion": "v1", "kind": "PersistentVolume", "metadata": { "name": "fsx" },
        "spec": {
            "capacity": { "storage": "1200Gi" }, "accessModes": ["ReadWriteMany"],
            "persistentVolumeReclaimPolicy": "Recycle",
            "csi": { "driver": "fsx.csi.aws.com", "volumeHandle": "fs-0",
                     "volumeAttributes": { "dnsname": "fs-0.fsx.us-west-2.amazonaws.com" } }
        }
    });
    assert_eq!(rules_of(&[volume]), ["disposable-file-system", "missing-mount-name"]);
}

#[test]
fn a_pool_where_the_file_system_is_not_reachable_is_reported() {
    let team = format!("environments = [\"prod\"]\n{SCRATCH}{TRAIN}").replace("us-west-2a", "us-west-2c");
    let problems = render_with(PLATFORM, &team).problems;
    assert!(problems.iter().all(|problem| problem.starts_with("unaligned-zone: ")), "{problems:#?}");
    assert!(problems.iter().any(|problem| problem.contains("runs in `us-west-2a` or `us-west-2b`")), "{problems:#?}");
    let two = "[storage.far]\ntype = \"fsx-lustre\"\nsize = \"1200Gi\"\nfile-system-id = \"fs-0123456789abcdef1\"\nmount-name = \"x\"\nzone = \"us-west-2b\"\n";
    let team = format!(
        "environments = [\"prod\"]\n{SCRATCH}{two}{}",
        TRAIN.replace("\"/fsx\" }", "\"/fsx\" }, { storage = \"far\", path = \"/far\" }")
    );
    let problems = render_with(PLATFORM, &team).problems;
    assert!(
        problems.iter().any(|problem| problem.contains("no node can mount all that the head mounts")),
        "{problems:#?}"
    );
}

#[test]
fn a_storage_with_the_name_of_a_volume_of_ray_is_an_error() {
    let team = format!("environments = [\"prod\"]\n{SCRATCH}{TRAIN}").replace("scratch", "ray-logs");
    assert!(!render_with(PLATFORM, &team).problems.is_empty());
}

#[test]
fn a_service_that_is_upgraded_has_two_heads_for_one_disk() {
    let claim = json!({
        "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": { "name": "notes", "namespace": "ray" },
        "spec": { "accessModes": ["ReadWriteOnce"], "storageClassName": "gp3",
                  "resources": { "requests": { "storage": "10Gi" } } }
    });
    let head = json!({ "rayStartParams": {}, "template": { "spec": {
        "containers": [{ "name": "ray-head", "image": "rayproject/ray:2.52.0" }],
        "volumes": [{ "name": "notes", "persistentVolumeClaim": { "claimName": "notes" } }]
    } } });
    let found = |kind: &str, spec: Value| {
        let object = json!({
            "apiVersion": "ray.io/v1", "kind": kind, "metadata": { "name": "x", "namespace": "ray" }, "spec": spec
        });
        rules_of(&[claim.clone(), object]).contains(&"shared-disk")
    };
    let cluster = json!({ "rayVersion": "2.52.0", "headGroupSpec": head });
    assert!(!found("RayCluster", cluster.clone()));
    assert!(found("RayService", json!({ "rayClusterConfig": cluster.clone() })));
    assert!(!found("RayService", json!({ "upgradeStrategy": { "type": "None" }, "rayClusterConfig": cluster })));
}
