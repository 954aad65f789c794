//! What validation says of a wrong object, where, and what to do about it.

use raygen::json;
use raygen::json::Value;
use raygen::schema::{Fragment, Releases, Validators, Violation, catalog};
use semver::Version;

fn releases(kuberay: Version, karpenter: Version) -> Releases {
    Releases { kubernetes: Version::new(1, 34, 0), kuberay, karpenter }
}

fn newest() -> Validators {
    Validators::new(&Releases::newest())
}

/// Each violation as `path: message (help)`.
fn said(violations: &[Violation]) -> Vec<String> {
    let line = |violation: &Violation| {
        let help = violation.problem.help().map(|help| format!(" ({help})")).unwrap_or_default();
        format!("{}: {}{help}", violation.path, violation.problem.message())
    };
    violations.iter().map(line).collect()
}

fn ray_cluster(pod: &Value) -> Value {
    json!({
        "apiVersion": "ray.io/v1",
        "kind": "RayCluster",
        "metadata": { "name": "train" },
        "spec": { "headGroupSpec": { "rayStartParams": {}, "template": { "spec": pod } } },
    })
}

fn pod() -> Value {
    json!({ "containers": [{ "name": "ray", "image": "rayproject/ray:2.52.0" }] })
}

#[test]
fn unknown_field_says_what_was_meant() {
    let mut cluster = ray_cluster(&pod());
    cluster["spec"]["rayVersoin"] = json!("2.52.0");
    cluster["spec"]["a/b"] = json!(1);
    assert_eq!(
        said(&newest().validate(&cluster).expect("RayCluster has a schema")),
        [
            "/spec/a~1b: unknown field `a/b`",
            "/spec/rayVersoin: unknown field `rayVersoin` (did you mean `rayVersion`?)",
        ]
    );
}

#[test]
fn newer_field_and_value_name_the_release() {
    let mut cluster = ray_cluster(&pod());
    cluster["spec"]["networkPolicy"] = json!({});
    let old = Validators::new(&releases(Version::new(1, 5, 1), Version::new(1, 8, 2)));
    assert_eq!(
        said(&old.validate(&cluster).expect("RayCluster has a schema")),
        ["/spec/networkPolicy: unknown field `networkPolicy` (KubeRay 1.7.0 introduced it)"]
    );
    assert_eq!(newest().validate(&cluster), Some(Vec::new()));

    let pool = json!({
        "apiVersion": "karpenter.sh/v1",
        "kind": "NodePool",
        "metadata": { "name": "train" },
        "spec": {
            "disruption": { "consolidateAfter": "5m", "consolidationPolicy": "Balanced" },
            "template": { "spec": {
                "nodeClassRef": { "group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": "train" },
                "requirements": [],
            } },
        },
    });
    assert_eq!(
        said(&old.validate(&pool).expect("NodePool has a schema")),
        [
            "/spec/disruption/consolidationPolicy: string `Balanced` is not one of `WhenEmpty`, `WhenEmptyOrUnderutilized` \
          (Karpenter 1.14 introduced it)"
        ]
    );
    assert_eq!(newest().validate(&pool), Some(Vec::new()));
}

#[test]
fn wrong_values_are_said_once() {
    let mut cluster = ray_cluster(&pod());
    cluster["spec"]["rayVersion"] = json!(2.52);
    cluster["spec"]["autoscalerOptions"] = json!({ "version": 2, "idleTimeoutSeconds": 99_999_999_999_i64 });
    assert_eq!(
        said(&newest().validate(&cluster).expect("RayCluster has a schema")),
        [
            "/spec/autoscalerOptions/idleTimeoutSeconds: 99999999999 is not at most 2147483647",
            "/spec/autoscalerOptions/version: expected string, found integer `2` (put it in quotes)",
            "/spec/rayVersion: expected string, found number `2.52` (put it in quotes)",
        ]
    );
}

#[test]
fn nulls_are_dropped_as_the_api_server_drops_them() {
    let mut cluster = ray_cluster(&pod());
    cluster["metadata"]["creationTimestamp"] = Value::Null;
    cluster["spec"]["upgradeStrategy"] = Value::Null;
    assert_eq!(newest().validate(&cluster), Some(Vec::new()));
    cluster["spec"]["headGroupSpec"]["template"] = Value::Null;
    assert_eq!(
        said(&newest().validate(&cluster).expect("RayCluster has a schema")),
        ["/spec/headGroupSpec: required field `template` is missing"]
    );
}

#[test]
fn list_keys_stand_once_counting_defaults() {
    let mut pod = pod();
    pod["containers"].as_array_mut().unwrap()[0]["env"] =
        json!([{ "name": "A", "value": "1" }, { "name": "A", "value": "2" }]);
    pod["containers"].as_array_mut().unwrap()[0]["ports"] =
        json!([{ "containerPort": 8265 }, { "containerPort": 8265, "protocol": "TCP" }]);
    assert_eq!(
        said(&newest().validate(&ray_cluster(&pod)).expect("RayCluster has a schema")),
        [
            "/spec/headGroupSpec/template/spec/containers/0/env/1: duplicate entry `A`",
            "/spec/headGroupSpec/template/spec/containers/0/ports/1: duplicate entry `containerPort=8265, protocol=TCP`",
        ]
    );
}

#[test]
fn restated_rules_speak_in_sentences() {
    let mut pod = pod();
    pod["tolerations"] = json!([{ "key": "nvidia.com/gpu", "operator": "Exists", "value": "train" }]);
    assert_eq!(
        said(&newest().validate(&ray_cluster(&pod)).expect("RayCluster has a schema")),
        ["/spec/headGroupSpec/template/spec/tolerations/0/value: operator `Exists` takes no `value`"]
    );
    let class = json!({
        "apiVersion": "karpenter.k8s.aws/v1",
        "kind": "EC2NodeClass",
        "metadata": { "name": "train" },
        "spec": {
            "amiFamily": "Bottlerocket",
            "amiSelectorTerms": [{ "alias": "al2023@v20260810" }],
            "role": "node",
            "instanceProfile": "node",
            "securityGroupSelectorTerms": [{ "id": "sg-1" }],
            "subnetSelectorTerms": [{ "tags": { "karpenter.sh/discovery": "" } }],
            "kubelet": { "imageGCHighThresholdPercent": 70, "imageGCLowThresholdPercent": 80 },
        },
    });
    assert_eq!(
        said(&newest().validate(&class).expect("EC2NodeClass has a schema")),
        [
            "/spec: a node class needs exactly one of `role` and `instanceProfile`",
            "/spec/amiFamily: with an alias of `al2023`, `amiFamily` is `AL2023` or `Custom`",
            "/spec/kubelet: `imageGCHighThresholdPercent` must be greater than `imageGCLowThresholdPercent`",
            "/spec/subnetSelectorTerms/0/tags/karpenter.sh~1discovery: a tag's key or value is empty",
        ]
    );
}

#[test]
fn fragments_need_nothing_and_know_everything() {
    let validators = newest();
    assert_eq!(validators.validate_partial(Fragment::PodSpec, &json!({ "hostIPC": true })), []);
    assert_eq!(validators.validate_partial(Fragment::Container, &json!({ "env": [{ "name": "A" }] })), []);
    assert_eq!(
        said(&validators.validate_partial(Fragment::Container, &json!({ "imagePulPolicy": "Always", "tty": "yes" }))),
        [
            "/imagePulPolicy: unknown field `imagePulPolicy` (did you mean `imagePullPolicy`?)",
            "/tty: expected boolean, found string `yes`",
        ]
    );
}

#[test]
fn kinds_without_schema_are_none_and_old_releases_are_told() {
    assert_eq!(newest().validate(&json!({ "apiVersion": "apps/v1", "kind": "Deployment" })), None);
    assert_eq!(newest().validate(&json!([])), None);
    assert_eq!(releases(Version::new(1, 6, 0), Version::new(1, 9, 0)).check(), []);
    let old = releases(Version::new(1, 4, 2), Version::new(1, 9, 0)).check();
    assert_eq!(old.len(), 1);
    assert_eq!((old[0].project, old[0].oldest), (catalog::Project::KubeRay, "1.5.1"));
}

/// Objects that an API server of 1.36 with these CRDs accepted.
#[test]
fn accepted_objects_are_accepted() {
    let Some(folder) = crate::shared("golden") else { return };
    let (validators, mut checked, mut wrong) = (newest(), 0, Vec::new());
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for path in super::files(&folder) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            if path.extension().is_none_or(|extension| extension != "yaml") {
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("a golden file is readable");
            let objects: Vec<Value> = serde_saphyr::from_multiple(&text).expect("a golden file is YAML");
            for object in objects {
                if let Some(violations) = validators.validate(&object) {
                    checked += 1;
                    wrong.extend(said(&violations).into_iter().map(|line| format!("{}: {line}", path.display())));
                }
            }
        }
    }
    println!("{checked} accepted objects checked");
    assert!(checked > 0, "no golden object has a schema");
    assert!(wrong.is_empty(), "{wrong:#?}");
}
