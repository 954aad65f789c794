//! Fault tolerance and lifecycle: where the GCS keeps its state, how pods are probed, spread and accompanied.

mod containers;
mod pods;
mod redis;

use raygen::check;
use raygen::json;
use raygen::json::Value;
use raygen::manifest::{self, Built};
use raygen::resolve::{self, Resolution, Selection};
use raygen::workspace::Workspace;

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

#[test]
fn keys_to_come_say_what_to_write_until_then() {
    for key in ["neuron = 1", "efa = 1"] {
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
fn the_autoscaler_may_have_an_image_of_its_own() {
    let options = |keys: &str| cluster(&format!("{WORKER}{keys}"))["spec"]["autoscalerOptions"].clone();
    assert_eq!(options("").get("image"), None, "the operator takes the head's");
    let image = "[clusters.train.autoscaling]\nimage = \"acme/autoscaler:{{ ray_version }}\"\n";
    assert_eq!(options(image)["image"], "acme/autoscaler:2.56.0");
}

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

#[test]
fn budgets_that_hold_every_worker_are_told() {
    let budget =
        |least: i32, group: &str| format!("{WORKER}{group}[clusters.train.disruption-budget]\nworkers = {least}\n");
    assert_eq!(problems(&budget(3, "")), Vec::<String>::new());
    assert_only(&problems(&budget(4, "")), "blocking-disruption-budget", "4 at most", 6);
    // Two hosts a replica make eight pods.
    assert_eq!(problems(&budget(4, "hosts = 2\n")), Vec::<String>::new());
}
