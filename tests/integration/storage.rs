//! Storage: what the specs say, what is rendered, and which pods and pools it reaches.

use raygen::check;
use raygen::json;
use raygen::json::Value;
use raygen::manifest::{self, Manifest};
use raygen::resolve::{self, Selection};
use raygen::workspace::Workspace;

pub(crate) const PLATFORM: &str = r#"
[versions]
kubernetes = "1.34.1"
kuberay = "1.7.0"
karpenter = "1.14.1"

[environments.dev]
eks-cluster = "ml-dev"
region = "us-west-2"
zones = ["us-west-2a", "us-west-2b"]
node-role = "node"
ami = "al2023@v20260810"
tags = { platform = "ray" }
karpenter = { interruption-queue = "ml-dev" }

[environments.prod]
eks-cluster = "ml-prod"
region = "us-west-2"
zones = ["us-west-2a", "us-west-2b"]
node-role = "node"
ami = "al2023@v20260810"
karpenter = { interruption-queue = "ml-prod" }

[environments.dev.defaults.storage.fsx-lustre]
subnet-id = "subnet-0123456789abcdef0"
security-group-ids = ["sg-0123456789abcdef0", "sg-0123456789abcdef1"]

[defaults.cluster]
ray-version = "2.52.0"
image = "rayproject/ray:{{ ray_version }}"

[defaults.worker]
cpu = 3
memory = "12Gi"
max = 4
"#;

/// The workload that mounts `scratch` in every pod.
pub(crate) const TRAIN: &str = "
[clusters.train]
mounts = [{ storage = \"scratch\", path = \"/fsx\" }]
[clusters.train.workers.cpu]
";

pub(crate) const SCRATCH: &str = r#"
[storage.scratch]
type = "fsx-lustre"
size = "2400Gi"
permissions = { uid = 1000, gid = 100 }
[storage.scratch.prod]
file-system-id = "fs-0123456789abcdef0"
mount-name = "abcdefgh"
zone = "us-west-2a"
"#;

pub(crate) struct Rendered {
    manifests: Vec<Manifest>,
    pub(crate) problems: Vec<String>,
}

/// What a team renders with a platform, and what is wrong, as "rule: message @ line".
pub(crate) fn render_with(platform: &str, team: &str) -> Rendered {
    let workspace = Workspace::from_texts(platform, [("vision", team)]);
    let resolution = resolve::resolve(&workspace, &Selection::default());
    let built = manifest::build(&resolution);
    let problems = check::check(&workspace, &resolution, &built).diagnostics.into_iter().map(|diagnostic| {
        let line = workspace.sources.line_column(diagnostic.span.expect("these problems have places")).0;
        format!("{}: {} @ {line}", diagnostic.rule, diagnostic.message)
    });
    Rendered { problems: problems.collect(), manifests: built.manifests }
}

fn render(team: &str) -> Rendered {
    let rendered = render_with(PLATFORM, team);
    assert_eq!(rendered.problems, Vec::<String>::new());
    rendered
}

impl Rendered {
    fn has(&self, environment: &str, kind: &str) -> bool {
        self.manifests.iter().any(|each| each.environment.name == environment && each.kind() == kind)
    }

    fn get(&self, environment: &str, kind: &str, name: &str) -> &Value {
        let found = self
            .manifests
            .iter()
            .find(|each| each.environment.name == environment && each.kind() == kind && each.name() == name);
        &found.unwrap_or_else(|| panic!("no {kind} {name} in {environment}")).object
    }

    fn at(&self, environment: &str, kind: &str, name: &str, pointer: &str) -> &Value {
        let object = self.get(environment, kind, name);
        object.pointer(pointer).unwrap_or_else(|| panic!("no {pointer} in {object:#}"))
    }
}

#[test]
fn a_file_system_that_exists_is_a_volume_for_one_claim() {
    let rendered = render(&format!("environments = [\"prod\"]\n{SCRATCH}{TRAIN}"));
    assert_eq!(
        rendered.get("prod", "PersistentVolume", "vision-scratch")["spec"],
        json!({
            "accessModes": ["ReadWriteMany"],
            "capacity": { "storage": "2400Gi" },
            "claimRef": {
                "apiVersion": "v1", "kind": "PersistentVolumeClaim", "namespace": "vision", "name": "scratch"
            },
            "csi": {
                "driver": "fsx.csi.aws.com",
                "volumeHandle": "fs-0123456789abcdef0",
                "volumeAttributes": {
                    "dnsname": "fs-0123456789abcdef0.fsx.us-west-2.amazonaws.com",
                    "mountname": "abcdefgh"
                }
            },
            "mountOptions": ["flock"],
            "nodeAffinity": { "required": { "nodeSelectorTerms": [{ "matchExpressions": [
                { "key": "topology.kubernetes.io/zone", "operator": "In", "values": ["us-west-2a"] }
            ] }] } },
            "persistentVolumeReclaimPolicy": "Retain",
            "storageClassName": ""
        })
    );
    assert_eq!(
        rendered.get("prod", "PersistentVolumeClaim", "scratch")["spec"],
        json!({
            "accessModes": ["ReadWriteMany"],
            "resources": { "requests": { "storage": "2400Gi" } },
            "storageClassName": "",
            "volumeName": "vision-scratch"
        })
    );
    assert!(!rendered.has("prod", "StorageClass"));
}

#[test]
fn a_file_system_without_an_id_is_created_by_a_class_of_its_own() {
    let rendered = render(
        &format!("cost-center = \"cc-1\"\n{SCRATCH}extra-tags = {{ project = \"x\" }}\n{TRAIN}")
            .replace(
                "[storage.scratch.prod]",
                "[storage.scratch.dev]\nzone = \"us-west-2a\"\nextra-tags.job = \"y\"\n[storage.scratch.prod]",
            )
            .replace("extra-tags = { project = \"x\" }\n", ""),
    );
    let class = rendered.get("dev", "StorageClass", "vision-scratch");
    assert_eq!(
        class["parameters"],
        json!({
            "deploymentType": "SCRATCH_2",
            "extraTags": "cost-center=cc-1,job=y,platform=ray,team=vision",
            "fileSystemTypeVersion": "2.15",
            "securityGroupIds": "sg-0123456789abcdef0,sg-0123456789abcdef1",
            "subnetId": "subnet-0123456789abcdef0"
        })
    );
    assert_eq!(class["reclaimPolicy"], "Retain");
    assert_eq!(class["mountOptions"], json!(["flock"]));
    let claim = &rendered.get("dev", "PersistentVolumeClaim", "scratch")["spec"];
    assert_eq!(claim["storageClassName"], "vision-scratch");
    assert_eq!(claim.get("volumeName"), None);
    assert!(!rendered.has("dev", "PersistentVolume"));
    assert!(rendered.has("prod", "PersistentVolume"));
}

#[test]
fn every_parameter_of_the_driver_can_be_written() {
    let rendered = render(&format!(
        "environments = [\"dev\"]\n{}{TRAIN}",
        r#"
[storage.scratch]
type = "fsx-lustre"
size = "4800Gi"
permissions = { uid = 1000, gid = 100 }
deployment-type = "PERSISTENT_2"
storage-type = "SSD"
per-unit-storage-throughput = 1000
data-compression-type = "LZ4"
kms-key-id = "arn:aws:kms:us-west-2:123456789012:key/1"
automatic-backup-retention-days = 7
daily-automatic-backup-start-time = "03:00"
copy-tags-to-backups = true
weekly-maintenance-start-time = "7:04:00"
efa-enabled = true
metadata-configuration-mode = "USER_PROVISIONED"
metadata-iops = 6000
"#
    ));
    let parameters = rendered.at("dev", "StorageClass", "vision-scratch", "/parameters").as_object().unwrap();
    assert!(parameters.values().all(Value::is_string), "{parameters:#?}");
    for (key, value) in [
        ("perUnitStorageThroughput", "1000"),
        ("automaticBackupRetentionDays", "7"),
        ("copyTagsToBackups", "true"),
        ("efaEnabled", "true"),
        ("metadataConfigurationMode", "USER_PROVISIONED"),
        ("metadataIops", "6000"),
        ("weeklyMaintenanceStartTime", "7:04:00"),
    ] {
        assert_eq!(parameters.get(key), Some(&value.into()), "{key}");
    }
}

#[test]
fn a_bucket_is_mounted_for_the_user_of_ray() {
    let rendered = render(
        r#"
environments = ["prod"]
[storage.models]
type = "s3"
bucket = "acme-models"
prefix = "llama/"
read-only = true
[clusters.train]
mounts = [{ storage = "models", path = "/models" }]
[clusters.train.workers.cpu]
"#,
    );
    let spec = &rendered.get("prod", "PersistentVolume", "vision-models")["spec"];
    assert_eq!(
        spec["mountOptions"],
        json!(["prefix llama/", "region us-west-2", "read-only", "allow-other", "uid=1000", "gid=100"])
    );
    assert_eq!(spec["accessModes"], json!(["ReadOnlyMany"]));
    assert_eq!(spec["csi"]["volumeHandle"], "vision-models");
    assert_eq!(spec["csi"]["volumeAttributes"]["bucketName"], "acme-models");
    let mounts = "/spec/headGroupSpec/template/spec/containers/0/volumeMounts/1";
    assert_eq!(
        *rendered.at("prod", "RayCluster", "vision-train", mounts),
        json!({ "name": "models", "mountPath": "/models", "readOnly": true })
    );
    let startup = rendered.get("prod", "NodePool", "vision-train-cpu").pointer("/spec/template/spec/startupTaints");
    assert_eq!(startup, None, "only the FSx driver has a taint to remove");
}

#[test]
fn a_disk_is_for_one_pod_and_a_claim_that_exists_is_only_mounted() {
    let rendered = render(
        r#"
environments = ["prod"]
[storage.notes]
type = "ebs"
size = "100Gi"
storage-class = "gp3"
[storage.shared]
type = "claim"
claim = "efs-home"
[clusters.train.head]
mounts = [{ storage = "notes", path = "/notes" }]
[clusters.train.workers.cpu]
mounts = [{ storage = "shared", path = "/home/shared", sub-path = "vision" }]
"#,
    );
    let claim = &rendered.get("prod", "PersistentVolumeClaim", "notes")["spec"];
    assert_eq!(claim["accessModes"], json!(["ReadWriteOnce"]));
    assert_eq!(claim["storageClassName"], "gp3");
    let worker = "/spec/workerGroupSpecs/0/template/spec";
    assert_eq!(
        *rendered.at("prod", "RayCluster", "vision-train", &format!("{worker}/volumes/1")),
        json!({ "name": "shared", "persistentVolumeClaim": { "claimName": "efs-home" } })
    );
    assert_eq!(
        *rendered.at("prod", "RayCluster", "vision-train", &format!("{worker}/containers/0/volumeMounts/1")),
        json!({ "name": "shared", "mountPath": "/home/shared", "subPath": "vision" })
    );
    assert_eq!(rendered.manifests.iter().filter(|each| each.kind() == "PersistentVolumeClaim").count(), 1);
}

#[test]
fn a_group_adds_to_the_mounts_of_its_workload_and_replaces_one_at_the_same_path() {
    let rendered = render(&format!(
        "environments = [\"prod\"]\n{SCRATCH}{}",
        r#"
[clusters.train]
mounts = [{ storage = "scratch", path = "/fsx" }, { storage = "scratch", path = "/data", read-only = true }]
[clusters.train.workers.cpu]
mounts = [{ storage = "scratch", path = "/data/", sub-path = "own" }, { storage = "scratch", path = "/out" }]
[clusters.train.workers.plain]
"#
    ));
    let paths = |pointer: &str| -> Vec<String> {
        let mounts = rendered.at("prod", "RayCluster", "vision-train", pointer).as_array().unwrap();
        mounts.iter().map(|mount| mount["mountPath"].as_str().unwrap().to_owned()).collect()
    };
    let container = "template/spec/containers/0/volumeMounts";
    assert_eq!(paths(&format!("/spec/headGroupSpec/{container}")), ["/tmp/ray", "/fsx", "/data"]);
    assert_eq!(paths(&format!("/spec/workerGroupSpecs/0/{container}")), ["/tmp/ray", "/fsx", "/data/", "/out"]);
    assert_eq!(paths(&format!("/spec/workerGroupSpecs/1/{container}")), ["/tmp/ray", "/fsx", "/data"]);
    let volumes = "/spec/workerGroupSpecs/0/template/spec/volumes";
    let volumes = rendered.at("prod", "RayCluster", "vision-train", volumes).as_array().unwrap();
    assert_eq!(volumes.len(), 2, "one volume per storage: {volumes:#?}");
}

#[test]
fn mounts_of_the_team_are_for_workloads_that_have_none() {
    let rendered = render(&format!(
        "environments = [\"prod\"]\nmounts = [{{ storage = \"scratch\", path = \"/fsx\" }}]\n{SCRATCH}{}",
        "[clusters.train.workers.cpu]\n[clusters.tune]\nmounts = []\n[clusters.tune.workers.cpu]\n"
    ));
    let mounts = |cluster| {
        let pointer = "/spec/headGroupSpec/template/spec/containers/0/volumeMounts";
        rendered.at("prod", "RayCluster", cluster, pointer).as_array().unwrap().len()
    };
    assert_eq!((mounts("vision-train"), mounts("vision-tune")), (2, 1));
}

#[test]
fn pools_of_what_mounts_a_file_system_wait_for_its_driver_in_its_zone() {
    let rendered = render(&format!(
        "environments = [\"prod\"]\n{SCRATCH}{}",
        r#"
[clusters.train.head]
[clusters.train.workers.cpu]
mounts = [{ storage = "scratch", path = "/fsx" }]
node-pool.startup-taints = [{ key = "node.cilium.io/agent-not-ready", effect = "NoExecute" }]
"#
    ));
    let template = |pool: &str, pointer: &str| {
        rendered.get("prod", "NodePool", pool).pointer(&format!("/spec/template/spec/{pointer}")).cloned()
    };
    let keys: Vec<Value> = template("vision-train-cpu", "startupTaints").unwrap().as_array().unwrap().clone();
    assert_eq!(keys[1], json!({ "key": "fsx.csi.aws.com/agent-not-ready", "effect": "NoExecute" }));
    assert_eq!(keys.len(), 2);
    assert_eq!(template("vision-train-head", "startupTaints"), None);
    let zones = |pool| {
        let requirements = template(pool, "requirements").unwrap();
        let zone = |each: &&Value| each["key"] == "topology.kubernetes.io/zone";
        requirements.as_array().unwrap().iter().find(zone).unwrap()["values"].clone()
    };
    assert_eq!(zones("vision-train-cpu"), json!(["us-west-2a"]));
    assert_eq!(zones("vision-train-head"), json!(["us-west-2a", "us-west-2b"]));
}

#[test]
fn the_permissions_job_owns_the_root_and_the_mounted_directories() {
    let rendered = render(&format!(
        "environments = [\"prod\"]\n{SCRATCH}{}",
        TRAIN.replace("path = \"/fsx\"", "path = \"/fsx\", sub-path = \"export\"")
    ));
    let spec = "/spec/template/spec";
    let job = |pointer: &str| rendered.at("prod", "Job", "scratch-permissions", &format!("{spec}{pointer}"));
    let args = job("/containers/0/args").as_array().unwrap();
    assert_eq!(args[2..], [json!("/storage"), json!("/storage/export")]);
    assert_eq!(*job("/containers/0/env/0/value"), json!("0775"));
    assert_eq!(*job("/containers/0/env/1/value"), json!("1000:100"));
    assert_eq!(*job("/nodeSelector"), json!({ "karpenter.sh/nodepool": "vision-train-head" }));
    assert_eq!(*job("/volumes/0/persistentVolumeClaim/claimName"), json!("scratch"));
}

#[test]
fn a_table_of_the_environment_is_weaker_than_an_override() {
    let team =
        format!("environments = [\"prod\"]\n{SCRATCH}{TRAIN}[override.prod.storage.scratch]\nzone = \"us-west-2b\"\n");
    let volume = "/spec/nodeAffinity/required/nodeSelectorTerms/0/matchExpressions/0/values";
    let rendered = render(&team);
    assert_eq!(*rendered.at("prod", "PersistentVolume", "vision-scratch", volume), json!(["us-west-2b"]));
    let rendered = render(&team.replace("override.prod.storage.scratch]", "override.prod.storage.scratch.prod]"));
    assert_eq!(*rendered.at("prod", "PersistentVolume", "vision-scratch", volume), json!(["us-west-2b"]));
}

#[test]
fn a_storage_that_is_not_for_an_environment_is_not_there() {
    let rendered = render(&format!(
        "{}[clusters.train]\nenvironments = [\"prod\"]\nmounts = [{{ storage = \"scratch\", path = \"/fsx\" }}]\n[clusters.train.workers.cpu]\n",
        SCRATCH.replace("type = ", "environments = [\"prod\"]\ntype = ")
    ));
    assert!(rendered.has("prod", "PersistentVolumeClaim") && !rendered.has("dev", "PersistentVolumeClaim"));
}

#[test]
fn explain_knows_the_table_of_the_environment() {
    let team = format!("{SCRATCH}{TRAIN}[override.prod.storage.scratch]\nzone = \"us-west-2b\"\n");
    let workspace = Workspace::from_texts(PLATFORM, [("vision", team.as_str())]);
    let resolution = resolve::resolve(&workspace, &Selection::default());
    let explain = |key: &str| {
        let environment = &resolution.environments["prod"];
        let explained = resolve::explain::explain(&workspace, environment, "vision", &["storage", "scratch", key]);
        let explained = explained.unwrap_or_else(|| panic!("{key} is set"));
        (explained.value.unwrap(), explained.history.len())
    };
    assert_eq!(explain("zone"), (json!("us-west-2b"), 2));
    assert_eq!(explain("mount-name"), (json!("abcdefgh"), 1));
    assert_eq!(explain("deployment-type"), (json!("SCRATCH_2"), 1));
}

#[test]
fn unset_takes_a_default_of_the_type_out() {
    let team = format!("environments = [\"dev\"]\nunset = [\"storage.scratch.mount-options\"]\n{SCRATCH}{TRAIN}");
    assert_eq!(render(&team).get("dev", "StorageClass", "vision-scratch").get("mountOptions"), None);
}
