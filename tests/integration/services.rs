//! Services: what they render, what follows from it, and what is wrong with them where.

use std::fs;

use raygen::check;
use raygen::json;
use raygen::json::Value;
use raygen::manifest::{self, Built};
use raygen::resolve::{self, Selection};
use raygen::workspace::{self, Workspace};

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
monitoring = { enabled = true }

[defaults.cluster]
ray-version = "2.52.0"
image = "rayproject/ray:{{ ray_version }}"
"#;

const APPLICATION: &str = "[[services.chat.serve-config.applications]]\nimport_path = \"chat:app\"\n";
const WORKERS: &str = "[services.chat.workers.cpu]\ncpu = 3\nmemory = \"12Gi\"\nmax = 4\n";

/// A service with these keys, an application and a worker group.
fn chat(keys: &str) -> String {
    format!("[services.chat]\nauth = {{ secret = \"token\" }}\n{keys}{APPLICATION}{WORKERS}")
}

fn build(platform: &str, text: &str, files: &[(&str, &str)]) -> (Built, Vec<String>) {
    let workspace = Workspace::from_texts_and_files(platform, [("vision", text)], files.iter().copied());
    let resolution = resolve::resolve(&workspace, &Selection::default());
    let built = manifest::build(&resolution);
    let show = |diagnostic: &raygen::diagnostic::Diagnostic| {
        let span = diagnostic.span.expect("these problems have places");
        let (line, _) = workspace.sources.line_column(span);
        let path = &workspace.sources.get(span.file).path;
        format!("{}: {} @ {path}:{line}", diagnostic.rule, diagnostic.message)
    };
    let found = check::check(&workspace, &resolution, &built).diagnostics.iter().map(show).collect();
    (built, found)
}

/// The objects of a team without problems.
fn rendered(text: &str) -> Built {
    let (built, found) = build(PLATFORM, text, &[]);
    assert_eq!(found, Vec::<String>::new());
    built
}

fn object<'a>(built: &'a Built, kind: &str, name: &str) -> &'a Value {
    let found = built.manifests.iter().find(|manifest| manifest.kind() == kind && manifest.name() == name);
    &found.unwrap_or_else(|| panic!("no {kind} {name}")).object
}

#[track_caller]
fn assert_only(found: &[String], rule: &str, part: &str, place: &str) {
    let matches = found.len() == 1
        && found[0].starts_with(&format!("{rule}: "))
        && found[0].contains(part)
        && found[0].ends_with(&format!("@ {place}"));
    assert!(matches, "expected only {rule} with {part:?} at {place}, found {found:#?}");
}

#[test]
fn a_service_of_a_few_lines_is_a_whole_ray_service() {
    let built = rendered(&chat(""));
    let service = object(&built, "RayService", "vision-chat");
    assert_eq!(service["spec"]["upgradeStrategy"], json!({ "type": "NewCluster" }));
    assert_eq!(service["spec"]["serveConfigV2"], "applications:\n  - import_path: chat:app\n");
    let cluster = &service["spec"]["rayClusterConfig"];
    assert_eq!(cluster["headGroupSpec"]["rayStartParams"]["num-cpus"], "0");
    assert_eq!(cluster["workerGroupSpecs"][0]["groupName"], "cpu");
    assert!(built.manifests.iter().all(|manifest| manifest.kind() != "RayCluster"));
}

/// KubeRay refuses an upgrade strategy within the cluster, and suspends a service as a whole.
#[test]
fn what_happens_to_a_service_stands_beside_its_cluster() {
    let platform = format!("{PLATFORM}upgrade = \"recreate\"\n");
    let (built, found) = build(&platform, &chat("suspend = true\n"), &[]);
    assert_eq!(found, Vec::<String>::new());
    let spec = &object(&built, "RayService", "vision-chat")["spec"];
    assert_eq!((&spec["suspend"], &spec["upgradeStrategy"]["type"]), (&json!(true), &json!("NewCluster")));
    let cluster = &spec["rayClusterConfig"];
    assert!(cluster.get("suspend").is_none() && cluster.get("upgradeStrategy").is_none(), "{cluster}");
}

#[test]
fn defaults_of_services_are_stronger_than_those_of_clusters() {
    let platform = format!(
        "{PLATFORM}pull-policy = \"Always\"\nenv = {{ A = \"cluster\", B = \"cluster\" }}\n
[defaults.service]\nenv = {{ B = \"service\" }}\ncluster-deletion-delay = \"10m\"\n"
    );
    let (built, found) = build(&platform, &chat(""), &[]);
    assert_eq!(found, Vec::<String>::new());
    let spec = &object(&built, "RayService", "vision-chat")["spec"];
    assert_eq!(spec["rayClusterDeletionDelaySeconds"], 600);
    let container = &spec["rayClusterConfig"]["headGroupSpec"]["template"]["spec"]["containers"][0];
    assert_eq!(container["imagePullPolicy"], "Always");
    assert_eq!(container["env"], json!([{ "name": "A", "value": "cluster" }, { "name": "B", "value": "service" }]));
}

#[test]
fn serve_has_its_own_service_and_the_dashboard_that_of_the_head() {
    let built = rendered(&chat("ingress = { expose = [\"dashboard\", \"serve\"] }\n"));
    let backend = |name| &object(&built, "Ingress", name)["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"];
    assert_eq!(backend("vision-chat-serve"), &json!({ "name": "vision-chat-serve-svc", "port": { "name": "serve" } }));
    assert_eq!(backend("vision-chat-dashboard")["name"], "vision-chat-head-svc");
    let annotations = &object(&built, "Ingress", "vision-chat-serve")["metadata"]["annotations"];
    assert_eq!(annotations["alb.ingress.kubernetes.io/healthcheck-path"], "/-/healthz");
}

/// A service's head has two Services, so a ServiceMonitor would count it twice.
#[test]
fn heads_of_services_are_scraped_by_pod() {
    let built = rendered(&chat("monitoring = { head = \"service-monitor\" }\n"));
    let monitors = built.manifests.iter().filter(|manifest| manifest.kind().ends_with("Monitor"));
    let monitors: Vec<(&str, &str)> = monitors.map(|manifest| (manifest.kind(), manifest.name())).collect();
    assert_eq!(monitors, [("PodMonitor", "vision-chat-head"), ("PodMonitor", "vision-chat-workers")]);
    let labels = &object(&built, "PodMonitor", "vision-chat-head")["spec"]["selector"]["matchLabels"];
    assert_eq!(labels, &json!({ "app.kubernetes.io/instance": "vision-chat", "ray.io/node-type": "head" }));
}

#[test]
fn a_file_beside_the_spec_is_the_serve_config_as_it_stands() {
    let text = format!("[services.chat]\nauth.secret = \"token\"\nserve-config-file = \"chat/serve.yaml\"\n{WORKERS}");
    let config = "# Ours.\r\napplications:\r\n  - import_path: chat:app\r\n";
    let (built, found) = build(PLATFORM, &text, &[("chat/serve.yaml", config)]);
    assert_eq!(found, Vec::<String>::new());
    let spec = &object(&built, "RayService", "vision-chat")["spec"];
    assert_eq!(spec["serveConfigV2"], "# Ours.\napplications:\n  - import_path: chat:app\n");
}

#[test]
fn an_override_may_say_it_the_other_way() {
    let text = format!("{}[override.prod.services.chat]\nserve-config-file = \"prod.yaml\"\n", chat(""));
    let (built, found) = build(PLATFORM, &text, &[("prod.yaml", "applications: [{ import_path: prod:app }]\n")]);
    assert_eq!(found, Vec::<String>::new());
    let spec = &object(&built, "RayService", "vision-chat")["spec"];
    assert_eq!(spec["serveConfigV2"], "applications: [{ import_path: prod:app }]\n");
}

#[test]
fn problems_of_a_serve_config_stand_at_their_lines() {
    let inline = chat("").replace("chat:app\"\n", "chat:app\"\nroute_prefix = \"chat\"\n");
    assert_only(&build(PLATFORM, &inline, &[]).1, "invalid-serve-config", "`chat`", "teams/vision.toml:5");

    let text = format!("[services.chat]\nauth.secret = \"token\"\nserve-config-file = \"serve.yaml\"\n{WORKERS}");
    let cases = [
        ("applications:\n  - import_path: a:b\n    port: 9000\n", "invalid-serve-config", "`port`", 3),
        (
            "applications:\n  - import_path: a:b\n    route_prefix: /a\n  - route_prefix: /b\n    name: b\n",
            "invalid-serve-config",
            "no `import_path`",
            4,
        ),
        (
            "applications:\n- import_path: a:b\n- import_path: c:d\n  name: c\n  route_prefix: /\n",
            "invalid-serve-config",
            "two applications have the `route_prefix` `/`",
            5,
        ),
        (
            "http_options:\n  # the port\n  port: 9000\napplications:\n  - import_path: a:b\n",
            "unreachable-serve-proxy",
            "9000",
            3,
        ),
        (
            "applications:\n  - import_path: a:b\n    deployments:\n      - name: A\n      - name: B\n        max_concurrent_queries: 3\n",
            "removed-serve-key",
            "max_concurrent_queries",
            6,
        ),
        ("applications:\n  - import_path: a:b\n\tname: c\n", "unparsable-serve-config", "is no YAML", 3),
        ("- applications\n", "unparsable-serve-config", "no mapping", 1),
    ];
    for (config, rule, part, line) in cases {
        let found = build(PLATFORM, &text, &[("serve.yaml", config)]).1;
        assert_only(&found, rule, part, &format!("teams/serve.yaml:{line}"));
    }
}

#[test]
fn a_team_waives_what_stands_in_its_files() {
    let config = "applications:\n  - import_path: a:b\n    deployments: [{ name: A, max_concurrent_queries: 3 }]\n";
    let text = format!(
        "[services.chat]\nauth.secret = \"token\"\nserve-config-file = \"serve.yaml\"\n{WORKERS}
[[allow]]\nrule = \"removed-serve-key\"\nreason = \"an old Ray reads it\"\n"
    );
    assert_eq!(build(PLATFORM, &text, &[("serve.yaml", config)]).1, Vec::<String>::new());
}

#[test]
fn incremental_upgrades_need_their_steps_a_gate_and_autoscaling() {
    let steps =
        "[services.chat.incremental-upgrade]\nstep-size-percent = 10\ninterval = \"30s\"\ngateway-class = \"istio\"\n";
    let text = chat(&format!("upgrade = \"incremental\"\n{steps}"));
    let built = rendered(&text);
    let options = &object(&built, "RayService", "vision-chat")["spec"]["upgradeStrategy"]["clusterUpgradeOptions"];
    let expected = json!({
        "maxSurgePercent": 100, "stepSizePercent": 10, "intervalSeconds": 30, "gatewayClassName": "istio",
    });
    assert_eq!(options, &expected);

    let bare = build(PLATFORM, &chat("upgrade = \"incremental\"\n"), &[]).1;
    let missing = "`step-size-percent`, `interval` and `gateway-class`";
    assert_only(&bare, "invalid-service-upgrade", missing, "teams/vision.toml:3");
    let ungated = build(&PLATFORM.replace("kuberay = \"1.7.0\"", "kuberay = \"1.6.2\""), &text, &[]).1;
    assert_only(&ungated, "disabled-feature-gate", "RayServiceIncrementalUpgrade", "teams/vision.toml:3");
    let fixed = text.replace("upgrade = \"inc", "autoscaling.enabled = false\nupgrade = \"inc");
    assert_only(&build(PLATFORM, &fixed, &[]).1, "invalid-service-upgrade", "autoscale", "teams/vision.toml:4");
}

#[test]
fn upgrades_of_clusters_are_none_of_services() {
    let found = build(PLATFORM, &chat("upgrade = \"recreate\"\n"), &[]).1;
    assert_only(&found, "invalid-value", "`new-cluster`", "teams/vision.toml:3");
    let cluster = "[clusters.train]\nupgrade = \"new-cluster\"\n";
    assert_only(&build(PLATFORM, cluster, &[]).1, "invalid-value", "`recreate`", "teams/vision.toml:2");
    let cluster = "[clusters.train]\nserve-config = {}\n";
    assert_only(&build(PLATFORM, cluster, &[]).1, "unknown-key", "serve-config", "teams/vision.toml:2");
}

/// The operator's own Secrets are named like clusters, whose names nobody knows before.
#[test]
fn tokens_of_services_come_from_a_named_secret() {
    let auth = |text: &str| -> (Value, Vec<String>) {
        let (built, found) = build(PLATFORM, text, &[]);
        (object(&built, "RayService", "vision-chat")["spec"]["rayClusterConfig"]["authOptions"].clone(), found)
    };
    assert_eq!(auth(&chat("")).0, json!({ "mode": "token", "secretName": "token" }));
    let (options, found) = auth(&chat("").replace("{ secret = \"token\" }", "{}"));
    assert_eq!(options, Value::Null);
    assert_only(&found, "missing-auth-secret", "without token authentication", "teams/vision.toml:2");
    let (options, found) = auth(&chat("").replace("{ secret = \"token\" }", "{ mode = \"token\" }"));
    assert_eq!(options, json!({ "mode": "token" }));
    assert_only(&found, "missing-auth-secret", "makes anew", "teams/vision.toml:2");
    let (options, found) = auth(&chat("").replace("{ secret = \"token\" }", "{ mode = \"disabled\" }"));
    assert_eq!(options, json!({ "mode": "disabled" }));
    assert_only(&found, "unisolated-cluster", "asks nobody for a token", "teams/vision.toml:2");
}

#[test]
fn services_leave_room_for_the_names_of_their_clusters() {
    let named = |length: usize| build(PLATFORM, &chat(&format!("name = \"{}\"\n", "a".repeat(length))), &[]).1;
    assert_eq!(named(47), Vec::<String>::new());
    assert_only(&named(48), "long-cluster-name", "KubeRay takes 47", "teams/vision.toml:3");
}

#[test]
fn workloads_of_two_kinds_do_not_share_a_name() {
    let text = chat("") + "[clusters.chat.workers.cpu]\ncpu = 3\nmemory = \"12Gi\"\nmax = 4\n";
    let found = build(PLATFORM, &text, &[]).1;
    assert!(
        found.iter().any(|problem| problem.starts_with("duplicate-name: service `chat` has the name of a cluster")),
        "{found:#?}"
    );
}

#[test]
fn files_are_read_below_teams_only() {
    let named = |path: &str| {
        let text = format!("[services.chat]\nserve-config-file = '{path}'\n{WORKERS}");
        Workspace::from_texts_and_files(PLATFORM, [("vision", text.as_str())], [("a/b.yaml", "applications: []\n")])
    };
    for path in ["../a/b.yaml", "/etc/passwd", "a/../../b", "", "a//b.yaml", "./a/b.yaml", "a\\b.yaml", "C:/b.yaml"] {
        let workspace = named(path);
        assert!(workspace.files.is_empty(), "{path}");
        assert_eq!(workspace.diagnostics.len(), 1, "{path}: {:#?}", workspace.diagnostics);
        assert!(workspace.diagnostics[0].message.contains("is no path below `teams/`"), "{path}");
    }
    assert!(named("a/c.yaml").diagnostics[0].message.contains("`teams/a/c.yaml` does not exist"));
    let workspace = named("a/b.yaml");
    assert!(workspace.diagnostics.is_empty());
    assert_eq!(workspace.file("a/b.yaml").unwrap().1, "applications: []\n");
}

#[test]
fn files_that_no_object_could_hold_are_refused_at_their_key() {
    let root = tempfile::tempdir().unwrap();
    let write = |path: &str, content: &[u8]| {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    };
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("serve.yaml"), "applications: []\n").unwrap();
    write("teams/_platform.toml", PLATFORM.as_bytes());
    write("teams/large.yaml", &vec![b'a'; (512 << 10) + 1]);
    write("teams/latin.yaml", b"name: caf\xe9\n");
    write("teams/folder/serve.yaml", b"applications: []\n");
    let mut cases = vec![
        ("large.yaml", "524289 bytes"),
        ("latin.yaml", "0xe9"),
        ("folder", "is a directory"),
        ("folder/serve.yaml/x", "does not exist"),
    ];
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(outside.path(), root.path().join("teams/linked")).unwrap();
        cases.push(("linked/serve.yaml", "leads out of the workspace"));
    }
    for (path, part) in cases {
        write("teams/vision.toml", format!("[services.chat]\nserve-config-file = \"{path}\"\n").as_bytes());
        let loaded = workspace::load(root.path()).unwrap();
        let found = loaded.diagnostics.first().unwrap_or_else(|| panic!("{path} was read"));
        assert!(found.rule == "unreadable-file" && found.message.contains(part), "{path}: {}", found.message);
        assert_eq!(loaded.sources.line_column(found.span.unwrap()).0, 2);
    }
    write("teams/vision.toml", b"[services.chat]\nserve-config-file = \"folder/serve.yaml\"\n");
    assert!(workspace::load(root.path()).unwrap().diagnostics.is_empty());
}
