//! Fault tolerance and lifecycle: where the GCS keeps its state, how pods are probed, spread and accompanied.

use raygen::check;
use raygen::manifest::{self, Built};
use raygen::resolve::{self, Resolution, Selection};
use raygen::workspace::Workspace;
use serde_json::{Value, json};

const PLATFORM: &str = r#"
[versions]
kubernetes = "1.34.1"
kuberay = "1.7.0"
karpenter = "1.14.1"

[environments.prod]
eks-cluster = "ml-prod"
region = "us-west-2"
zones = ["us-west-2a", "us-west-2b"]
domain = "ray.example.com"
node-role = "KarpenterNodeRole-ml-prod"
ami = "al2023@v20260810"
ingress = { class = "alb" }

[defaults.cluster]
ray-version = "2.56.0"
image = "rayproject/ray:{{ ray_version }}"
"#;

const WORKER: &str = "[clusters.train.workers.cpu]\ncpu = 3\nmemory = \"12Gi\"\nmax = 4\n";

fn built(platform: &str, team: &str) -> (Workspace, Resolution, Built) {
    let workspace = Workspace::from_texts(platform, [("vision", team)]);
    let resolution = resolve::resolve(&workspace, &Selection::default());
    let built = manifest::build(&resolution);
    (workspace, resolution, built)
}

/// "rule: message @ line" of every problem.
fn problems_on(platform: &str, team: &str) -> Vec<String> {
    let (workspace, resolution, built) = built(platform, team);
    let checked = check::check(&workspace, &resolution, &built);
    let show = |diagnostic: raygen::diagnostic::Diagnostic| {
        let line = diagnostic.span.map_or(0, |span| workspace.sources.line_column(span).0);
        format!("{}: {} @ {line}", diagnostic.rule, diagnostic.message)
    };
    checked.diagnostics.into_iter().map(show).collect()
}

fn problems(team: &str) -> Vec<String> {
    problems_on(PLATFORM, team)
}

#[track_caller]
fn assert_only(found: &[String], rule: &str, part: &str, line: usize) {
    let fits = found.len() == 1
        && found[0].starts_with(&format!("{rule}: "))
        && found[0].contains(part)
        && found[0].ends_with(&format!("@ {line}"));
    assert!(fits, "expected only {rule} with {part:?} at {line}, found {found:#?}");
}

/// The object of a kind, rendered without a complaint.
#[track_caller]
fn object_on(platform: &str, team: &str, kind: &str) -> Value {
    let complaints = problems_on(platform, team);
    assert!(complaints.is_empty(), "{complaints:#?}");
    let (_, _, built) = built(platform, team);
    built.manifests.into_iter().find(|manifest| manifest.kind() == kind).expect("it is rendered").object
}

#[track_caller]
fn cluster(team: &str) -> Value {
    object_on(PLATFORM, team, "RayCluster")
}

const HEAD: &str = "/spec/headGroupSpec/template/spec";
const WORKERS: &str = "/spec/workerGroupSpecs/0/template/spec";

/// The worker's pod of a team that adds lines to its group.
#[track_caller]
fn worker(keys: &str) -> Value {
    cluster(&format!("{WORKER}{keys}\n")).pointer(WORKERS).unwrap().clone()
}

/// The names and values of a container's environment that begin so.
fn env(pod: &Value, prefix: &str) -> Vec<(String, String)> {
    let variables = pod["containers"][0]["env"].as_array().into_iter().flatten();
    let shown = |variable: &Value| (variable["name"].as_str().unwrap().to_owned(), variable["value"].to_string());
    variables.map(shown).filter(|(name, _)| name.starts_with(prefix)).collect()
}

const REDIS: &str = "[clusters.train.fault-tolerance]\n\
     address = \"redis.{{ team }}.svc:6379\"\n\
     password = { secret = \"redis\", key = \"password\" }\n";

#[test]
fn the_gcs_keeps_its_state_in_redis() {
    let object = cluster(&format!("{WORKER}{REDIS}username = \"ray\"\n"));
    let expected = json!({
        "redisAddress": "redis://redis.vision.svc:6379",
        "redisUsername": { "value": "ray" },
        "redisPassword": { "valueFrom": { "secretKeyRef": { "name": "redis", "key": "password" } } },
    });
    assert_eq!(object["spec"]["gcsFaultToleranceOptions"], expected);
    assert_eq!(object["metadata"]["annotations"], Value::Null, "no annotations of older operators");
    assert_eq!(env(object.pointer(HEAD).unwrap(), "RAY_REDIS"), []);
    assert_eq!(env(object.pointer(WORKERS).unwrap(), "RAY_gcs"), [], "the operator has a time of its own");
}

/// Ray refuses certificates that it knows no issuer of (ray#41161).
#[test]
fn tls_tells_the_head_whom_to_trust() {
    for (keys, expected) in [
        ("tls = true", "/etc/ssl/certs/ca-certificates.crt"),
        ("tls = true\nca-file = \"/certs/ca.crt\"", "/certs/ca.crt"),
    ] {
        let object = cluster(&format!("{WORKER}{REDIS}{keys}\n"));
        assert_eq!(object["spec"]["gcsFaultToleranceOptions"]["redisAddress"], "rediss://redis.vision.svc:6379");
        let found = env(object.pointer(HEAD).unwrap(), "RAY_REDIS");
        assert_eq!(found, [("RAY_REDIS_CA_CERT".to_owned(), format!("\"{expected}\""))]);
        assert_eq!(env(object.pointer(WORKERS).unwrap(), "RAY_REDIS"), [], "workers do not speak to Redis");
    }
    let own = format!("{WORKER}{REDIS}tls = true\n[clusters.train.head]\nenv.RAY_REDIS_CA_PATH = \"/certs\"\n");
    let found = env(cluster(&own).pointer(HEAD).unwrap(), "RAY_REDIS");
    assert_eq!(found, [("RAY_REDIS_CA_PATH".to_owned(), "\"/certs\"".to_owned())], "the head's own word stays");
}

#[test]
fn workers_wait_as_long_as_they_are_told() {
    let object = cluster(&format!("{WORKER}{REDIS}reconnect-timeout = \"20m\"\n"));
    let expected = ("RAY_gcs_rpc_server_reconnect_timeout_s".to_owned(), "\"1200\"".to_owned());
    assert_eq!(env(object.pointer(WORKERS).unwrap(), "RAY_gcs"), [expected]);
    assert_eq!(env(object.pointer(HEAD).unwrap(), "RAY_gcs"), []);
}

#[test]
fn an_address_and_tls_that_disagree_are_an_error() {
    let text = format!("{WORKER}{}tls = true\n", REDIS.replace("redis.{{", "redis://redis.{{"));
    assert_only(&problems(&text), "invalid-redis-address", "`redis://`, but `tls` is true", 6);
}

#[test]
fn redis_without_an_address_is_an_error() {
    let text = format!("{WORKER}[clusters.train.fault-tolerance]\ntls = true\n");
    assert_only(&problems(&text), "missing-key", "no `address`", 5);
}

#[test]
fn a_group_that_says_nothing_of_probes_has_none() {
    let container = &worker("")["containers"][0];
    for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
        assert_eq!(container[probe], Value::Null, "{probe}");
    }
}

/// The operator leaves a probe that is there as it is, so the rest must come from us.
#[test]
fn what_a_probe_does_not_say_is_as_the_operator_says() {
    let container = &worker("probes.liveness = { failureThreshold = 10 }")["containers"][0];
    let expected = json!({
        "httpGet": { "path": "/api/healthz", "port": 52365 },
        "initialDelaySeconds": 30,
        "timeoutSeconds": 2,
        "periodSeconds": 5,
        "successThreshold": 1,
        "failureThreshold": 10,
    });
    assert_eq!(container["livenessProbe"], expected);
    assert_eq!(container["readinessProbe"], Value::Null);
    let started = &worker("probes.startup = { periodSeconds = 10 }")["containers"][0]["startupProbe"];
    assert_eq!(started["httpGet"]["path"], "/api/healthz");
}

#[test]
fn a_probe_of_another_kind_replaces_the_operator_s() {
    let keys = "probes.readiness = { exec = { command = [\"ray\", \"health-check\"] }, timeoutSeconds = 20 }";
    let probe = worker(keys)["containers"][0]["readinessProbe"].clone();
    assert_eq!(probe["exec"]["command"], json!(["ray", "health-check"]));
    assert_eq!((&probe["httpGet"], &probe["timeoutSeconds"]), (&Value::Null, &json!(20)));
}

#[test]
fn older_rays_are_probed_by_their_own_endpoints() {
    let team = format!(
        "ray-version = \"2.52.0\"\n{WORKER}[clusters.train.head]\nprobes.readiness.periodSeconds = 9\n\
         ray-start-params.dashboard-agent-listen-port = \"52000\"\n"
    );
    let probe = cluster(&team).pointer(&format!("{HEAD}/containers/0/readinessProbe")).unwrap().clone();
    let command = probe["exec"]["command"][2].as_str().unwrap();
    assert!(command.contains("localhost:52000/api/local_raylet_healthz | grep success && wget"), "{command}");
    assert!(command.contains("localhost:8265/api/gcs_healthz"), "{command}");
    assert_eq!(probe["timeoutSeconds"], 5, "a head is asked for more");
}

#[test]
fn pods_spread_within_their_group_and_cluster() {
    let spread = worker("spread = \"zone\"")["topologySpreadConstraints"].clone();
    let expected = json!([{
        "maxSkew": 1,
        "topologyKey": "topology.kubernetes.io/zone",
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": { "matchLabels": {
            "app.kubernetes.io/instance": "vision-train",
            "ray.io/group": "cpu",
            "ray.io/node-type": "worker",
        } },
        "matchLabelKeys": ["ray.io/cluster"],
    }]);
    assert_eq!(spread, expected);
    let hosts = worker(
        "spread = [{ topology-key = \"kubernetes.io/hostname\", max-skew = 2, when-unsatisfiable = \"DoNotSchedule\", \
         min-domains = 2 }]",
    );
    let constraint = &hosts["topologySpreadConstraints"][0];
    assert_eq!(constraint["whenUnsatisfiable"], "DoNotSchedule");
    assert_eq!((&constraint["maxSkew"], &constraint["minDomains"]), (&json!(2), &json!(2)));
}

#[test]
fn a_spread_that_means_nothing_is_an_error_at_its_line() {
    let word = format!("{WORKER}spread = \"rack\"\n");
    assert_only(&problems(&word), "invalid-value", "`rack` does not fit `spread`", 5);
    let head = format!("{WORKER}[clusters.train.head]\nspread = \"zone\"\n");
    assert_only(&problems(&head), "unknown-key", "`spread`", 6);
    let key = format!("{WORKER}spread = [{{ topology-key = \"\" }}]\n");
    assert_only(&problems(&key), "invalid-manifest", "topologySpreadConstraints", 5);
}

#[test]
fn affinity_and_runtime_class_are_rendered_and_checked() {
    let term =
        "{ weight = 50, preference = { matchExpressions = [{ key = \"example.com/rack\", operator = \"Exists\" }] } }";
    let keys = format!(
        "affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution = [{term}]\nruntime-class = \"gvisor\""
    );
    let pod = worker(&keys);
    let preferred = &pod["affinity"]["nodeAffinity"]["preferredDuringSchedulingIgnoredDuringExecution"];
    assert_eq!(preferred[0]["weight"], 50);
    assert_eq!(pod["runtimeClassName"], "gvisor");
    let typo = format!("{WORKER}affinity.nodeAfinity = {{}}\n");
    assert_only(&problems(&typo), "unknown-field", "`affinity` of worker group `cpu`", 5);
}

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
fn keys_to_come_say_what_to_write_until_then() {
    for key in ["neuron = 1", "efa = 1", "whole-node = true"] {
        let (name, _) = key.split_once(' ').unwrap();
        let found = problems(&format!("{WORKER}{key}\n"));
        assert_only(
            &found,
            "unknown-key",
            &format!("`{name}` in `clusters.train.workers.cpu` is not supported yet"),
            5,
        );
    }
}

/// Which release knows which key of a group.
#[test]
fn keys_of_groups_need_their_releases() {
    let older = |from: &str, to: &str| PLATFORM.replace(from, to);
    let priority = format!("{WORKER}priority = 5\n");
    assert!(problems(&priority).is_empty());
    let found = problems_on(&older("1.7.0", "1.6.2"), &priority);
    assert_only(&found, "needs-newer-release", "KubeRay 1.7.0", 5);
    let found = problems_on(&older("2.56.0", "2.55.0"), &priority);
    assert_only(&found, "unsupported-priority", "2.55.0", 5);
    let idle = format!("{WORKER}idle-timeout = \"5m\"\n[clusters.train.autoscaling]\nenabled = false\n");
    assert_only(&problems(&idle), "idle-timeout-without-v2", "cpu", 5);
    let labels = format!(
        "{WORKER}ray-labels = {{ \"ray.io/market-type\" = \"spot\" }}\nray-resources = {{ CPU = \"2\" }}\nhosts = 2\n"
    );
    assert_eq!(problems_on(&older("1.7.0", "1.5.1"), &labels), Vec::<String>::new());
    let twice = format!("{WORKER}ray-resources = {{ CPU = \"2\" }}\nray-start-params.num-cpus = \"2\"\n");
    assert_only(&problems(&twice), "conflicting-ray-start-params", "num-cpus", 5);
}

/// A token of one's own needs an operator that knows the field, and a Ray that checks tokens.
#[test]
fn a_named_token_needs_its_releases() {
    let text = format!("{WORKER}[clusters.train]\nauth = {{ secret = \"token\" }}\n");
    let options = &cluster(&text)["spec"]["authOptions"];
    assert_eq!(*options, json!({ "mode": "token", "secretName": "token" }));
    let found = problems_on(&PLATFORM.replace("1.7.0", "1.5.1"), &text);
    assert_only(&found, "needs-newer-release", "`spec.authOptions.secretName` needs KubeRay", 6);
}

#[test]
fn budgets_select_the_workload_s_own_pods() {
    let text = format!("{WORKER}[clusters.train.disruption-budget]\nworkers = 1\n");
    let (_, _, built) = built(PLATFORM, &text);
    let selectors: Vec<Value> = built
        .manifests
        .iter()
        .filter(|manifest| manifest.kind() == "PodDisruptionBudget")
        .map(|manifest| manifest.object["spec"]["selector"]["matchLabels"].clone())
        .collect();
    let labels = |role: &str| json!({ "app.kubernetes.io/instance": "vision-train", "ray.io/node-type": role });
    assert_eq!(selectors, [labels("head"), labels("worker")]);
}

/// Objects that no spec made: "rule: message" of every problem of one rule, with its help.
fn told(rule: &str, yaml: &str) -> Vec<String> {
    let object: Value = serde_yaml::from_str(yaml).unwrap();
    let found = crate::rules::linted(&[object]).into_iter().filter(|diagnostic| diagnostic.rule == rule);
    found.map(|diagnostic| format!("{} {}", diagnostic.message, diagnostic.help.join(" "))).collect()
}

/// A RayService with one worker group, whose pod has further fields.
fn service(options: &str, pod: &str) -> String {
    format!(
        "apiVersion: ray.io/v1\nkind: RayService\nmetadata: {{ name: chat, namespace: vision }}\nspec:\n  \
         rayClusterConfig:\n    rayVersion: \"2.53.0\"\n    {options}\n    \
         headGroupSpec: {{ template: {{ spec: {{ containers: [{{ name: ray-head, image: ray:1 }}] }} }} }}\n    \
         workerGroupSpecs:\n    - groupName: cpu\n      maxReplicas: 4\n      template:\n        spec:\n          {pod}\n          \
         containers: [{{ name: ray-worker, image: ray:1 }}]\n"
    )
}

/// Seven manifests of AWS' own examples spread over a label that never has this value, two over one that does not exist.
#[test]
fn affinity_to_a_service_s_own_name_finds_nothing() {
    let term = |labels: &str| {
        let affinity = format!(
            "affinity: {{ podAntiAffinity: {{ preferredDuringSchedulingIgnoredDuringExecution: [{{ weight: 1, \
             podAffinityTerm: {{ topologyKey: kubernetes.io/hostname, labelSelector: {{ matchLabels: {{ {labels} }} }} }} }}] }} }}"
        );
        told("dangling-pod-selector", &service("", &affinity))
    };
    let found = term("ray.io/cluster: chat");
    assert!(found.len() == 1 && found[0].contains("the pod anti-affinity of worker group `cpu`"), "{found:#?}");
    assert!(found[0].contains("generated names"), "{found:#?}");
    let found = term("ray.io/group-name: cpu");
    assert!(found.len() == 1 && found[0].contains("did you mean `ray.io/group`?"), "{found:#?}");
    assert_eq!(term("ray.io/group: cpu"), Vec::<String>::new());
    assert_eq!(term("app: somebody-else-s"), Vec::<String>::new());
}

#[test]
fn clusters_of_a_service_share_no_prefix_of_redis() {
    let options = |text: &str| format!("gcsFaultToleranceOptions: {{ redisAddress: \"redis:6379\", {text} }}");
    let found = told("shared-redis-namespace", &service(&options("externalStorageNamespace: chat"), ""));
    assert!(found.len() == 1 && found[0].contains("RayService `chat` share the prefix `chat`"), "{found:#?}");
    let annotated = service("", "").replace(
        "namespace: vision }",
        "namespace: vision, annotations: { ray.io/external-storage-namespace: chat } }",
    );
    assert_eq!(told("shared-redis-namespace", &annotated).len(), 1);
    assert_eq!(told("shared-redis-namespace", &service(&options(""), "")), Vec::<String>::new());
}

#[test]
fn a_redis_of_the_head_s_own_needs_no_password() {
    let with = |address: &str| {
        let options = format!("gcsFaultToleranceOptions: {{ redisAddress: \"{address}\" }}");
        told("passwordless-redis", &service(&options, "")).len()
    };
    assert_eq!([with("redis:6379"), with("rediss://redis:6379"), with("redis://localhost:6379")], [1, 1, 0]);
}

#[test]
fn addresses_of_redis_are_what_ray_reads() {
    let wrong = |address: &str| {
        let options = format!("gcsFaultToleranceOptions: {{ redisAddress: \"{address}\" }}");
        told("invalid-redis-address", &service(&options, "")).pop().unwrap_or_default()
    };
    for good in ["redis:6379", "redis://a.b:6379", "rediss://10.0.0.1:6380", "a:6379,b:6379"] {
        assert_eq!(wrong(good), "", "{good}");
    }
    for (bad, part) in [
        ("redis", "a host and a port"),
        ("redis:port", "a host and a port"),
        ("redis://a:6379/0", "a host and a port"),
        ("https://a:6379", "`https://`"),
        ("redis://ray:hunter2@a:6379", "login"),
    ] {
        assert!(wrong(bad).contains(part) && !wrong(bad).contains("hunter2"), "{bad}: {}", wrong(bad));
    }
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

#[test]
fn budgets_that_hold_every_worker_are_told() {
    let budget =
        |least: i32, group: &str| format!("{WORKER}{group}[clusters.train.disruption-budget]\nworkers = {least}\n");
    assert_eq!(problems(&budget(3, "")), Vec::<String>::new());
    assert_only(&problems(&budget(4, "")), "blocking-disruption-budget", "4 at most", 6);
    // Two hosts a replica make eight pods.
    assert_eq!(problems(&budget(4, "hosts = 2\n")), Vec::<String>::new());
}
