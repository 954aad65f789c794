//! What the design says about layers and names, sentence by sentence.

use raygen::resolve::{self, Resolution, Selection, Team, Workload};
use raygen::spec::{CapacityType, EnvValue};
use raygen::workspace::Workspace;

const PLATFORM: &str = r#"
[versions]
kubernetes = "1.34.1"
kuberay = "1.7.0"
karpenter = "1.14.1"

[environments.dev]
eks-cluster = "ml-dev"
region = "us-west-2"
zones = ["us-west-2a"]
node-role = "node"
ami = "al2023@v20260810"

[environments.prod]
eks-cluster = "ml-prod"
region = "us-west-2"
zones = ["us-west-2a"]
node-role = "node"
ami = "al2023@v20260810"
domain = "ray.example.com"

[defaults.cluster]
ray-version = "2.52.0"
image = "rayproject/ray:{{ ray_version }}"

[defaults.worker]
cpu = 2
memory = "4Gi"
max = 1
"#;

fn workspace(platform: &str, team: &str) -> Workspace {
    let workspace = Workspace::from_texts(&format!("{PLATFORM}{platform}"), [("vision", team)]);
    assert!(workspace.diagnostics.is_empty(), "{:#?}", workspace.diagnostics);
    workspace
}

fn resolve(platform: &str, team: &str) -> Resolution {
    let resolution = resolve::resolve(&workspace(platform, team), &Selection::default());
    assert!(resolution.diagnostics.is_empty(), "{:#?}", resolution.diagnostics);
    resolution
}

fn team<'a>(resolution: &'a Resolution, environment: &str) -> &'a Team {
    resolution.teams.iter().find(|team| team.environment.name == environment).expect("the team runs there")
}

fn cluster<'a>(resolution: &'a Resolution, environment: &str) -> &'a Workload {
    &team(resolution, environment).workloads[0]
}

fn memory(platform: &str, spec: &str) -> String {
    cluster(&resolve(platform, spec), "prod").workers[0].group.memory.to_string()
}

/// The rules of the errors and warnings that resolving finds, with their messages.
fn problems(spec: &str) -> Vec<String> {
    let found = resolve::resolve(&workspace("", spec), &Selection::default()).diagnostics;
    found.iter().map(|diagnostic| format!("{}: {}", diagnostic.rule, diagnostic.message)).collect()
}

#[test]
fn a_stronger_layer_wins() {
    let text = |key: &str, value: &str| format!("\n[{key}]\nenv.LAYER = \"{value}\"\n");
    let platform = [
        text("defaults.worker", "defaults"),
        text("environments.prod.defaults.worker", "environment"),
        text("profiles.p", "profile"),
    ];
    let group = "\n[clusters.train.workers.cpu]\nprofile = \"p\"\n";
    let spec = [
        text("env", "team").replace("[env]\nenv.LAYER", "[env]\nLAYER"),
        "[clusters.train]\nenv.LAYER = \"workload\"\n".to_owned(),
        format!("{group}env.LAYER = \"group\"\n"),
        text("override.prod.clusters.train.workers.cpu", "override"),
    ];
    // `[defaults.worker]` stands in the platform already.
    let defaults = platform[0].replace("[defaults.worker]\n", "");
    let expected = ["defaults", "environment", "profile", "team", "workload", "group", "override"];
    for (count, expected) in (1..).zip(expected) {
        let platform_text = defaults.clone() + &platform[1..count.min(3)].concat();
        // The profile must exist for the group to name it.
        let platform_text = if count < 3 { platform_text + "[profiles.p]\n" } else { platform_text };
        let mut team_text = spec[..count.saturating_sub(3)].concat();
        if count < 6 {
            team_text += group;
        }
        let resolution = resolve(&platform_text, &team_text);
        let env = &cluster(&resolution, "prod").workers[0].group.env;
        assert_eq!(text_of(&env["LAYER"]), expected, "{platform_text}{team_text}");
    }
}

fn text_of(value: &EnvValue) -> String {
    match value {
        EnvValue::Text(text) => text.to_string(),
        EnvValue::From(source) => panic!("no text: {source:?}"),
    }
}

#[test]
fn built_in_defaults_are_the_weakest_layer() {
    let resolution = resolve("", "[clusters.train.head]\n");
    assert_eq!(cluster(&resolution, "prod").head.memory.to_string(), "8Gi");
    let resolution = resolve("[defaults.head]\nmemory = \"9Gi\"\n", "[clusters.train.head]\n");
    assert_eq!(cluster(&resolution, "prod").head.memory.to_string(), "9Gi");
}

#[test]
fn an_environment_s_defaults_hold_only_there() {
    let platform = "[environments.prod.defaults.worker]\nmemory = \"64Gi\"\n";
    let resolution = resolve(platform, "[clusters.train.workers.cpu]\n");
    let memory = |environment| cluster(&resolution, environment).workers[0].group.memory.to_string();
    assert_eq!([memory("dev"), memory("prod")], ["4Gi", "64Gi"]);
}

#[test]
fn keys_that_make_sense_lower_down_are_inherited_and_the_nearest_wins() {
    let spec = r#"
image = "team"
labels = { a = "team", b = "team", c = "team" }
annotations = { of = "team" }
ray-version = "2.53.0"
service-account.name = "shared"
[env]
A = "team"
B = "team"
[clusters.train]
labels = { b = "workload", c = "workload" }
env.B = "workload"
[clusters.train.workers.near]
image = "group"
labels = { c = "group" }
[clusters.train.workers.far]
"#;
    let resolution = resolve("", spec);
    let cluster = cluster(&resolution, "prod");
    let [near, far] = [&cluster.workers[0].group, &cluster.workers[1].group];
    assert_eq!([&*near.image, &*far.image, &*cluster.head.image], ["group", "team", "team"]);
    let labels: Vec<&str> = near.labels.values().map(String::as_str).collect();
    assert_eq!(labels, ["team", "workload", "group"]);
    assert_eq!(cluster.labels["c"], "workload");
    assert_eq!(cluster.annotations["of"], "team");
    assert_eq!([text_of(&far.env["A"]), text_of(&far.env["B"])], ["team", "workload"]);
    assert_eq!(cluster.ray_version.as_str(), "2.53.0");
    assert_eq!(cluster.service_account, "shared");
}

#[test]
fn tables_merge_by_key() {
    let platform = "[profiles.p]\nnode-pool.limits = { cpu = 10, memory = \"10Gi\" }\n";
    let spec = "[clusters.train.workers.cpu]\nprofile = \"p\"\nnode-pool.limits.cpu = 20\n";
    let resolution = resolve(platform, spec);
    let pool = cluster(&resolution, "prod").workers[0].group.own_pool.as_ref().expect("it names no shared pool");
    let limits = pool.settings.limits.as_ref().expect("two layers set limits");
    assert_eq!([limits["cpu"].as_str(), limits["memory"].as_str()], ["20", "10Gi"]);
}

#[test]
fn arrays_and_inline_values_replace_whole() {
    let platform = r#"
[profiles.p]
gpu = { model = "a10g", count = 4 }
capacity-type = ["spot", "on-demand"]
zones = ["us-west-2a", "us-west-2b"]
"#;
    let spec = r#"
[clusters.train.workers.gpu]
profile = "p"
gpu = { count = 1 }
capacity-type = ["reserved"]
zones = ["us-west-2c"]
"#;
    let resolution = resolve(platform, spec);
    let group = &cluster(&resolution, "prod").workers[0].group;
    let instances = &group.own_pool.as_ref().expect("it names no shared pool").instances;
    let gpu = group.gpu.as_ref().expect("the group sets it");
    assert_eq!((gpu.model.as_deref(), gpu.count), (None, 1), "the model went with the weaker value");
    assert_eq!(instances.capacity_types, [CapacityType::Reserved]);
    assert_eq!(instances.zones, ["us-west-2c"]);
}

#[test]
fn a_layer_with_an_instance_selector_discards_those_of_weaker_layers() {
    let platform = r#"
[profiles.p]
gpu = { model = "a10g", count = 1 }
instance-families = ["g5"]
instance-sizes = ["xlarge"]
"#;
    let spec = "[clusters.train.workers.any]\nprofile = \"p\"\ninstance-types = [\"m7i.2xlarge\"]\n";
    let resolution = resolve(platform, spec);
    let group = &cluster(&resolution, "prod").workers[0].group;
    let instances = &group.own_pool.as_ref().expect("it names no shared pool").instances;
    assert_eq!(instances.types, ["m7i.2xlarge"]);
    assert!(instances.families.is_empty() && instances.sizes.is_empty() && group.gpu.is_none());
}

#[test]
fn unset_removes_inherited_keys() {
    let platform = "[profiles.p]\ngpu = { count = 1 }\nenv = { FOO = \"x\", BAR = \"y\" }\n";
    let spec = "[clusters.train.workers.cpu]\nprofile = \"p\"\nunset = [\"gpu\", \"env.FOO\"]\n";
    let resolution = resolve(platform, spec);
    let group = &cluster(&resolution, "prod").workers[0].group;
    assert!(group.gpu.is_none());
    assert_eq!(group.env.keys().map(String::as_str).collect::<Vec<_>>(), ["BAR"]);
}

#[test]
fn unset_does_not_touch_what_the_same_or_a_stronger_layer_sets() {
    let spec = r#"
env.FOO = "team"
[clusters.train.workers.cpu]
unset = ["env.FOO"]
[override.prod.clusters.train.workers.cpu]
env.FOO = "override"
"#;
    let resolution = resolve("", spec);
    let has_foo = |environment| cluster(&resolution, environment).workers[0].group.env.contains_key("FOO");
    assert_eq!([has_foo("dev"), has_foo("prod")], [false, true]);
}

#[test]
fn a_workload_may_narrow_environments() {
    let spec = "[clusters.train]\nenvironments = [\"prod\"]\n[clusters.play]\n";
    let resolution = resolve("", spec);
    let names = |environment| -> Vec<&str> {
        team(&resolution, environment).workloads.iter().map(|workload| workload.key.as_str()).collect()
    };
    assert_eq!(names("dev"), ["play"]);
    assert_eq!(names("prod"), ["train", "play"]);
    let beyond = problems("environments = [\"dev\"]\n[clusters.train]\nenvironments = [\"prod\"]\n");
    assert_eq!(beyond, ["unknown-environment: the team does not run in `prod`, so no workload of it can"]);
}

#[test]
fn worker_groups_keep_file_order_and_new_ones_go_last() {
    let spec = r"
[clusters.train.workers.z]
[clusters.train.workers.a]
[override.prod.clusters.train.workers.extra]
[override.prod.clusters.train.workers.a]
";
    let resolution = resolve("", spec);
    let names = |environment| -> Vec<&str> {
        cluster(&resolution, environment).workers.iter().map(|worker| worker.group.name.as_str()).collect()
    };
    assert_eq!(names("dev"), ["z", "a"]);
    assert_eq!(names("prod"), ["z", "a", "extra"]);
}

#[test]
fn every_value_knows_the_line_that_set_it() {
    let spec = "[clusters.train.workers.cpu]\nmax = 3\n[override.prod.clusters.train.workers.cpu]\nmax = 5\n";
    let workspace = workspace("", spec);
    let resolution = resolve::resolve(&workspace, &Selection::default());
    let place = |environment: &str, key: &str| {
        let team = team(&resolution, environment);
        let span = team.values.span(&team.workloads[0].workers[0].group.path.join(key));
        format!("{}:{}", workspace.sources.get(span.file).path, workspace.sources.line_column(span).0)
    };
    assert_eq!(place("dev", "max"), "teams/vision.toml:2");
    assert_eq!(place("prod", "max"), "teams/vision.toml:4");
    let line = PLATFORM.lines().position(|line| line.starts_with("memory")).expect("a default") + 1;
    assert_eq!(place("prod", "memory"), format!("teams/_platform.toml:{line}"));
    assert!(place("prod", "hosts").starts_with("<built-in defaults>:"));
}

#[test]
fn what_an_override_names_must_exist() {
    let found = problems("[clusters.train]\n[override.prd]\nowner = \"x\"\n[override.prod.clusters.trian]\n");
    assert_eq!(
        found,
        [
            "unknown-environment: the override is for `prd`, but the platform has no such environment",
            "unknown-workload: the override for `prod` names cluster `trian`, which the team does not have",
        ]
    );
}

#[test]
fn names_are_composed_of_team_and_workload() {
    let spec = "[clusters.train]\n[clusters.vision]\n[clusters.old]\nname = \"legacy-{{ environment }}\"\n";
    let resolution = resolve("", spec);
    let team = team(&resolution, "prod");
    assert_eq!(team.namespace, "vision");
    let names: Vec<&str> = team.workloads.iter().map(|workload| workload.name.as_str()).collect();
    assert_eq!(names, ["vision-train", "vision", "legacy-prod"]);
}

#[test]
fn companions_append_what_they_are() {
    let spec = "[clusters.train.workers.cpu]\n[clusters.train.ingress]\nexpose = [\"dashboard\"]\n";
    let resolution =
        resolve("[environments.prod.ingress]\nclass = \"alb\"\n", &format!("environments = [\"prod\"]\n{spec}"));
    let cluster = cluster(&resolution, "prod");
    assert_eq!(cluster.head.pool, "vision-train-head");
    assert_eq!(cluster.workers[0].group.pool, "vision-train-cpu");
    assert_eq!(cluster.ingresses[0].host, "vision-train.ray.example.com");
}

#[test]
fn reserved_group_names_are_refused() {
    for name in ["head", "headgroup", "submittergroup", "dashboard", "serve", "workers"] {
        let found = problems(&format!("environments = [\"prod\"]\n[clusters.train.workers.{name}]\n"));
        assert!(found.iter().any(|line| line.starts_with("reserved-group-name")), "{name}: {found:?}");
    }
}

#[test]
fn long_names_show_their_parts_and_what_to_shorten() {
    let of_length = |length: usize| "x".repeat(length - "vision-".len());
    let found = |length| {
        let spec = format!("environments = [\"prod\"]\n[clusters.{}]\n", of_length(length));
        resolve::resolve(&workspace("", &spec), &Selection::default()).diagnostics
    };
    assert!(found(50).is_empty());
    let warning = &found(51)[0];
    assert_eq!(warning.severity, raygen::diagnostic::Severity::Warning);
    let error = found(60).into_iter().find(|found| found.rule == "long-cluster-name").expect("53 is the limit");
    assert!(error.message.contains("has 60 characters, but KubeRay takes 53"), "{}", error.message);
    assert_eq!(error.note.as_deref(), Some(&*format!("team `vision` (6) + workload `{}` (53)", of_length(60))));
    assert!(error.help[0].contains("by 7 or more"), "{:?}", error.help);
}

#[test]
fn a_pool_s_name_takes_63_characters() {
    let group = "g".repeat(64 - "vision-train-".len());
    let found = problems(&format!("environments = [\"prod\"]\n[clusters.train.workers.{group}]\n"));
    assert!(found[0].starts_with("long-pool-name") && found[0].contains("has 64 characters"), "{found:?}");
}

#[test]
fn a_profile_s_values_stand_between_the_environment_and_the_team() {
    let platform = "[environments.prod.defaults.worker]\nmemory = \"64Gi\"\n[profiles.p]\nmemory = \"32Gi\"\n";
    assert_eq!(memory(platform, "[clusters.train.workers.cpu]\nprofile = \"p\"\n"), "32Gi");
    assert_eq!(memory(platform, "[clusters.train.workers.cpu]\nprofile = \"p\"\nmemory = \"16Gi\"\n"), "16Gi");
}
