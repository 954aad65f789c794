//! What runs before and beside the Ray container, and the volumes they share.

use raygen::json;

use super::{PLATFORM, WORKER, assert_only, built, problems, service, told, worker};

#[test]
fn volumes_come_after_raygen_s_own() {
    let pod = worker(
        r#"shared-memory = "4Gi"
volumes = [
  { name = "scratch", path = "/scratch" },
  { name = "cache", path = "/cache", empty-dir = { medium = "Memory", size-limit = "2Gi" } },
  { name = "settings", path = "/etc/app.yaml", sub-path = "app.yaml", read-only = true, config-map = "settings", items = { "app.yaml" = "app.yaml" }, mode = 0o440 },
  { name = "certs", secret = "certs" },
  { name = "models", path = "/models", claim = "models" },
  { name = "identity", path = "/identity", projected = { sources = [{ serviceAccountToken = { path = "token", audience = "vault" } }] } },
]"#,
    );
    let names: Vec<&str> =
        pod["volumes"].as_array().unwrap().iter().map(|each| each["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["ray-logs", "shared-mem", "scratch", "cache", "settings", "certs", "models", "identity"]);
    let mounts = pod["containers"][0]["volumeMounts"].as_array().unwrap();
    let mounted: Vec<&str> = mounts.iter().map(|mount| mount["name"].as_str().unwrap()).collect();
    assert_eq!(mounted, ["ray-logs", "shared-mem", "scratch", "cache", "settings", "models", "identity"]);
    assert_eq!(pod["volumes"][2]["emptyDir"], json!({}));
    assert_eq!(pod["volumes"][4]["configMap"]["defaultMode"], 0o440);
    assert_eq!((&mounts[4]["subPath"], &mounts[4]["readOnly"]), (&json!("app.yaml"), &json!(true)));
}

#[test]
fn a_wrong_volume_is_an_error_at_its_own_line() {
    let volumes = |text: &str| format!("{WORKER}volumes = [\n  {{ name = \"a\", path = \"/a\" }},\n  {text},\n]\n");
    let two = volumes("{ name = \"b\", secret = \"x\", claim = \"y\" }");
    assert_only(&problems(&two), "invalid-manifest", "more than one source", 7);
    let twice = volumes("{ name = \"b\", path = \"/a\" }");
    let found = problems(&twice);
    let told = |problem: &String| problem.starts_with("duplicate-mount-path") && problem.ends_with("@ 7");
    assert!(found.iter().any(told), "{found:#?}");
    let taken = volumes("{ name = \"ray-logs\", path = \"/b\" }");
    assert!(problems(&taken).iter().any(|problem| problem.contains("same name")), "{:#?}", problems(&taken));
    let unknown = volumes("{ name = \"b\", projected = { source = [] } }");
    assert_only(&problems(&unknown), "unknown-field", "volumes.1.projected", 7);
}

#[test]
fn companions_of_the_ray_container_meet_pod_security() {
    let pod = worker(
        r#"init-containers = [{ name = "fetch", command = ["fetch"] }]
sidecars = [{ name = "log", image = "fluent/fluent-bit:3.1.4", securityContext = { readOnlyRootFilesystem = true } }]"#,
    );
    let [init, ray, log] = [&pod["initContainers"][0], &pod["containers"][0], &pod["containers"][1]];
    assert_eq!(ray["name"], "ray-worker", "KubeRay starts Ray in the first container");
    assert_eq!((&init["image"], &log["image"]), (&ray["image"], &json!("fluent/fluent-bit:3.1.4")));
    for container in [init, log] {
        assert_eq!(container["securityContext"]["allowPrivilegeEscalation"], false);
        assert_eq!(container["securityContext"]["capabilities"]["drop"], json!(["ALL"]));
    }
    assert_eq!(log["securityContext"]["readOnlyRootFilesystem"], true);
}

#[test]
fn companions_are_checked_at_their_own_lines() {
    let sidecars = |text: &str| format!("{WORKER}sidecars = [\n  {text},\n]\n");
    let unknown = sidecars("{ name = \"log\", image = \"fluent/fluent-bit:3.1.4\", comand = [] }");
    assert_only(&problems(&unknown), "unknown-field", "`sidecars.0` of worker group `cpu`", 6);
    let mistyped = sidecars("{ name = \"log\", image = \"fluent/fluent-bit:3.1.4\", stdin = \"yes\" }");
    assert_only(&problems(&mistyped), "invalid-manifest", "stdin", 6);
    let without_image = sidecars("{ name = \"log\" }");
    assert_only(&problems(&without_image), "invalid-manifest", "needs an `image`", 6);
    let probe = format!("{WORKER}probes.liveness = {{ periodSecond = 3 }}\n");
    assert_only(&problems(&probe), "unknown-field", "`probes.liveness` of worker group `cpu`", 5);
}

/// The least vCPUs of the instances that a group's pool may launch.
#[track_caller]
fn least_cpus(keys: &str) -> String {
    let (_, _, built) = built(PLATFORM, &format!("{WORKER}{keys}\n"));
    let pool = built.manifests.iter().find(|manifest| manifest.name() == "vision-train-cpu").unwrap();
    let requirements = pool.object.pointer("/spec/template/spec/requirements").unwrap().as_array().unwrap();
    let bound =
        requirements.iter().find(|each| each["key"] == "karpenter.k8s.aws/instance-cpu" && each["operator"] == "Gt");
    bound.unwrap()["values"][0].as_str().unwrap().to_owned()
}

#[test]
fn instances_have_room_for_all_containers() {
    assert_eq!(least_cpus(""), "2");
    let container = |extra: &str| format!("{{ name = \"a\", image = \"a:1\", {extra} }}");
    let requests = container("resources = { requests = { cpu = \"1500m\" } }");
    assert_eq!(least_cpus(&format!("sidecars = [{requests}]")), "4");
    let limits = container("resources = { limits = { cpu = 2 } }");
    assert_eq!(least_cpus(&format!("sidecars = [{limits}]")), "4");
    // What runs before needs its room before, unless it stays.
    assert_eq!(least_cpus(&format!("init-containers = [{limits}]")), "2");
    let restarted = container("restartPolicy = \"Always\", resources = { limits = { cpu = 2 } }");
    assert_eq!(least_cpus(&format!("init-containers = [{restarted}]")), "4");
    let large = container("resources = { limits = { cpu = 8 } }");
    assert_eq!(least_cpus(&format!("init-containers = [{large}]")), "7");
}

#[test]
fn names_that_kuberay_takes_are_reserved_where_it_takes_them() {
    let init = |name: &str| {
        let pod = format!("initContainers: [{{ name: {name}, image: \"ray:1\" }}]");
        told("reserved-container-name", &service("", &pod)).len()
    };
    assert_eq!([init("wait-gcs-ready"), init("autoscaler"), init("fetch")], [1, 0, 0]);
    let sidecar = format!("{WORKER}[clusters.train.head]\nsidecars = [{{ name = \"autoscaler\", image = \"a:1\" }}]\n");
    assert_only(&problems(&sidecar), "reserved-container-name", "the head has a container `autoscaler`", 6);
    let alone = format!("{sidecar}[clusters.train.autoscaling]\nenabled = false\n");
    assert_eq!(problems(&alone), Vec::<String>::new());
}
