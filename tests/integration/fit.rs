//! Limits, whole nodes, costs and the command `fit`, on specs.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use raygen::check;
use raygen::diagnostic::Diagnostic;
use raygen::fit::{Cost, GroupFit, Resource};
use raygen::json;
use raygen::json::Value;
use raygen::lint::Subject;
use raygen::manifest::{self, Built};
use raygen::resolve::{self, Resolution, Selection};
use raygen::workspace::Workspace;

use crate::rules::PLATFORM;

fn workspace(platform: &str, team: &str) -> Workspace {
    Workspace::from_texts(&format!("{PLATFORM}\n{platform}"), [("vision", team)])
}

fn resolved(workspace: &Workspace) -> (Resolution, Built) {
    let resolution = resolve::resolve(workspace, &Selection::default());
    let built = manifest::build(&resolution);
    (resolution, built)
}

fn said(platform: &str, team: &str) -> Vec<Diagnostic> {
    let workspace = workspace(platform, team);
    let (resolution, built) = resolved(&workspace);
    check::check(&workspace, &resolution, &built).diagnostics
}

/// The limits of every pool, by name.
fn limits(platform: &str, team: &str) -> BTreeMap<String, Value> {
    let (_, built) = resolved(&workspace(platform, team));
    let pools = built.manifests.iter().filter(|manifest| manifest.kind() == "NodePool");
    pools.map(|pool| (pool.name().to_owned(), pool.object["spec"]["limits"].clone())).collect()
}

/// What `look` says of the worker group `gpu` or `cpu`.
fn worker<T>(platform: &str, team: &str, look: impl Fn(&raygen::fit::Fits<'_>, &GroupFit<'_>) -> T) -> T {
    let workspace = workspace(platform, team);
    let (resolution, built) = resolved(&workspace);
    let subject = Subject::new(&workspace, &resolution, &built);
    let fits = subject.fits();
    look(fits, fits.groups.iter().find(|group| group.pod.role == "worker").unwrap())
}

const G5: &str = "[clusters.train.workers.gpu]\ncpu = 6\nmemory = \"24Gi\"\nmax = 4\nhosts = 2\n\
    gpu = { model = \"a10g\", count = 1 }\ninstance-types = [\"g5.2xlarge\", \"g5.4xlarge\"]\n";

#[test]
fn a_pool_without_limits_gets_whole_nodes_of_its_largest_type() {
    let of = |team: &str| limits("", team).remove("vision-train-gpu").unwrap();
    let expected = json!({ "cpu": "128", "memory": "512Gi", "nvidia.com/gpu": "8" });
    assert_eq!(of(G5), expected);
    // Limits that somebody wrote stay.
    assert_eq!(of(&format!("{G5}node-pool.limits = {{ cpu = 40 }}\n")), json!({ "cpu": "40" }));
    let platform = "[defaults.node-pool]\nlimits = { cpu = 50 }\n";
    assert_eq!(limits(platform, G5)["vision-train-gpu"], json!({ "cpu": "50" }));
    // What nobody knows cannot be limited.
    assert_eq!(of(&G5.replace("g5.4xlarge", "g99.4xlarge")), Value::Null);
}

/// A service's next cluster starts beside the present one.
#[test]
fn limits_of_a_service_leave_room_for_its_upgrade() {
    let service = G5.replace("clusters.train", "services.chat")
        + "[services.chat]\nserve-config.applications = [{ name = \"a\", import_path = \"a:b\" }]\n";
    assert_eq!(limits("", &service)["vision-chat-gpu"]["nvidia.com/gpu"], json!("16"));
    let incremental = format!(
        "{service}upgrade = \"incremental\"\n[services.chat.incremental-upgrade]\nmax-surge-percent = 50\n\
         step-size-percent = 10\ninterval = \"30s\"\ngateway-class = \"istio\"\n"
    );
    assert_eq!(limits("", &incremental)["vision-chat-gpu"]["nvidia.com/gpu"], json!("12"));
}

#[test]
fn default_limits_stop_nobody() {
    let found = said("", G5);
    assert!(found.iter().all(|each| each.rule != "insufficient-pool-limits"), "{found:#?}");
}

#[test]
fn daemonsets_and_karpenters_settings_count() {
    let memory = |platform: &str| {
        worker(platform, G5, |_, group| {
            group.placements[0].1.free(&group.placements[0].1.verdicts[0]).get(Resource::Memory) >> 20
        })
    };
    assert_eq!(memory(""), 29_317);
    assert_eq!(memory("[environments.prod.daemonsets]\ncpu = \"200m\"\nmemory = \"600Mi\"\n"), 28_717);
    let overhead = PLATFORM.replace("interruption-queue", "vm-memory-overhead-percent = 0.1, interruption-queue");
    // An interface of g5.2xlarge has 15 addresses, of which it keeps one.
    let overhead = overhead.replace("interruption-queue", "reserved-enis = 1, interruption-queue");
    let workspace = Workspace::from_texts(&overhead, [("vision", G5)]);
    let (resolution, built) = resolved(&workspace);
    let subject = Subject::new(&workspace, &resolution, &built);
    let placement = &subject.fits().groups[1].placements[0].1;
    // 32768 without a tenth, 100 for the eviction threshold, 255 and 11 for each of 58 pods.
    let free = placement.free(&placement.verdicts[0]);
    assert_eq!(free.get(Resource::Memory) >> 20, 32_768 - 3_277 - 100 - 255 - 638);
    assert_eq!(free.get(Resource::Pods), 58 - 14);
}

/// The pod is more than its Ray container: sidecars add up, init containers count where they are more, and the autoscaler
/// runs beside the head.
#[test]
fn the_whole_pod_counts() {
    let team = format!(
        "{G5}sidecars = [{{ name = \"log\", image = \"a\", resources = {{ requests = {{ cpu = \"1\", memory = \"1Gi\" }} }} }}]\n\
         init-containers = [{{ name = \"get\", image = \"a\", resources = {{ requests = {{ cpu = \"100m\", memory = \"27Gi\" }} }} }}]\n"
    );
    let need = worker("", &team, |_, group| group.need.clone());
    assert_eq!(need.resources.get(Resource::Cpu), 7000);
    assert_eq!(need.resources.get(Resource::Memory), 27 << 30);
    assert!(need.parts.iter().any(|part| part.name == "wait-gcs-ready"));
    let workspace = workspace("", G5);
    let (resolution, built) = resolved(&workspace);
    let subject = Subject::new(&workspace, &resolution, &built);
    let head = &subject.fits().groups[0].need;
    assert_eq!((head.resources.get(Resource::Cpu), head.resources.get(Resource::Memory)), (2500, 17 << 29));
}

#[test]
fn missing_prices_are_said_and_never_nothing() {
    let platform = "[instance-types.\"g99.2xlarge\"]\ncpu = 8\nmemory = \"32Gi\"\npods = 58\n\
        gpu = { model = \"a10g\", count = 1 }\n";
    let team = G5.replace("g5.4xlarge", "g99.2xlarge");
    let cost = |platform: &str| worker(platform, &team, |fits, group| group.cost(fits));
    let without = cost(platform);
    assert_eq!(without.unpriced, ["g99.2xlarge"]);
    assert_eq!((without.floor, without.ceiling), (0, 8 * 1_212_000));
    let with = cost(&format!("{platform}price = 2.5\n"));
    let expected = Cost { floor: 0, ceiling: 20_000_000, dearest: Some("g99.2xlarge".into()), ..Cost::default() };
    assert_eq!(with, expected);
    let alone = team.replace("\"g5.2xlarge\", ", "");
    let unknown = worker(platform, &alone, |fits, group| group.cost(fits));
    assert!(unknown.incomplete && unknown.ceiling == 0);
}

/// A limit is not kept because nobody knows the price.
#[test]
fn a_cost_limit_does_not_pass_what_has_no_price() {
    let policy = "[policy]\nmax-cost-per-hour = 100.0\n";
    let types = "[instance-types.\"g99.2xlarge\"]\ncpu = 8\nmemory = \"32Gi\"\npods = 58\n\
        gpu = { model = \"a10g\", count = 1 }\n";
    let team = G5.replace("g5.4xlarge", "g99.2xlarge");
    let messages = |platform: &str| {
        let found = said(platform, &team).into_iter().filter(|each| each.rule == "over-cost-limit");
        found.map(|each| each.message).collect::<Vec<_>>()
    };
    let found = messages(&format!("{policy}{types}"));
    assert!(matches!(found.as_slice(), [only] if only.contains("`g99.2xlarge` has no price")), "{found:?}");
    assert_eq!(messages(&format!("{policy}{types}price = 1.0\n")), Vec::<String>::new());
    let dear = messages(&format!("{policy}{types}price = 20.0\n"));
    assert!(matches!(dear.as_slice(), [only] if only.contains("may cost $160.")), "{dear:?}");
}

/// A known type whose facts the platform corrects keeps all others.
#[test]
fn the_platform_corrects_facts() {
    let platform = "[instance-types.\"g5.2xlarge\"]\nprice = 1.4\n";
    let found = worker(platform, G5, |fits, _| fits.catalog.get("g5.2xlarge").unwrap().clone());
    assert_eq!((found.cpus, found.price.unwrap().micros), (8, 1_400_000));
    let wrong = said("[instance-types.\"g5.2xlarge\"]\nprize = 1.4\n", G5);
    assert!(
        wrong.iter().any(|each| each.rule == "unknown-key" && each.help.iter().any(|help| help.contains("`price`"))),
        "{wrong:#?}"
    );
}

#[test]
fn shared_pools_must_hold_what_always_runs() {
    let pool = |cpu: u32| {
        format!(
            "[pools.heads]\ninstance-families = [\"m7i\"]\ninstance-sizes = [\"xlarge\"]\n\
             node-pool = {{ expire-after = \"Never\", limits = {{ cpu = {cpu} }} }}\n"
        )
    };
    let team = "[clusters.a.head]\npool = \"heads\"\n[clusters.b.head]\npool = \"heads\"\n";
    let rules = |cpu| said(&pool(cpu), team).iter().map(|each| each.rule).collect::<Vec<_>>();
    assert!(rules(4).contains(&"insufficient-pool-limits"), "{:?}", rules(4));
    assert!(!rules(64).contains(&"insufficient-pool-limits"), "{:?}", rules(64));
}

#[test]
fn minimums_that_no_choice_reaches_are_told() {
    let requirement = |least: u32| {
        format!(
            "{G5}requirements = [{{ key = \"karpenter.k8s.aws/instance-family\", operator = \"Exists\", min-values = {least} }}]\n"
        )
    };
    let found = said("", &requirement(2));
    let text = found.iter().find(|each| each.rule == "unschedulable-group").map(|each| each.message.as_str());
    assert!(text.is_some_and(|text| text.contains("2 values") && text.contains("have 1: `g5`")), "{found:#?}");
    assert!(said("", &requirement(1)).iter().all(|each| each.rule != "unschedulable-group"));
}

const WHOLE: &str = "[clusters.train.workers.gpu]\nwhole-node = true\nmax = 2\n\
    instance-types = [\"g5.12xlarge\", \"g5.24xlarge\"]\nnode-pool.disk.size = \"500Gi\"\n";

#[test]
fn a_whole_node_is_filled_and_fits() {
    let (_, built) = resolved(&workspace("", WHOLE));
    let cluster = built.manifests.iter().find(|manifest| manifest.kind() == "RayCluster").unwrap();
    let resources = &cluster.object["spec"]["workerGroupSpecs"][0]["template"]["spec"]["containers"][0]["resources"];
    // g5.12xlarge has 47810m and 173400Mi to give; of 500Gi a tenth and one Gi are kept.
    assert_eq!(resources["limits"]["cpu"], json!("47"));
    assert_eq!(resources["limits"]["memory"], json!("173400Mi"));
    assert_eq!(resources["limits"]["nvidia.com/gpu"], json!("4"));
    assert_eq!(resources["requests"]["ephemeral-storage"], json!("449Gi"));
    let found = said("", WHOLE);
    assert!(found.iter().all(|each| each.rule != "unschedulable-group" && each.rule != "wasteful-fit"), "{found:#?}");
    let per_node =
        worker("", WHOLE, |_, group| group.placements[0].1.fitting().map(|each| each.per_node).collect::<Vec<_>>());
    assert_eq!(per_node, [1, 1]);
}

#[test]
fn a_whole_node_leaves_room_for_what_runs_beside() {
    let platform = "[environments.prod.daemonsets]\ncpu = \"900m\"\nmemory = \"400Mi\"\n";
    let (_, built) = resolved(&workspace(platform, WHOLE));
    let cluster = built.manifests.iter().find(|manifest| manifest.kind() == "RayCluster").unwrap();
    let limits =
        &cluster.object["spec"]["workerGroupSpecs"][0]["template"]["spec"]["containers"][0]["resources"]["limits"];
    assert_eq!((&limits["cpu"], &limits["memory"]), (&json!("46"), &json!("173000Mi")));
    let head = "[clusters.train.head]\nwhole-node = true\ninstance-types = [\"m7i.xlarge\"]\n";
    let (_, built) = resolved(&workspace("", head));
    let cluster = built.manifests.iter().find(|manifest| manifest.kind() == "RayCluster").unwrap();
    let limits = &cluster.object["spec"]["headGroupSpec"]["template"]["spec"]["containers"][0]["resources"]["limits"];
    // 3920m and 14162Mi without the autoscaler's 500m and 512Mi.
    assert_eq!((&limits["cpu"], &limits["memory"]), (&json!("3"), &json!("13650Mi")));
}

/// Runs raygen on a workspace of one team: exit status and what it printed.
fn run(platform: &str, team: &str, arguments: &[&str]) -> (i32, String) {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(directory.path().join("teams")).unwrap();
    fs::write(directory.path().join("teams/_platform.toml"), format!("{PLATFORM}\n{platform}")).unwrap();
    fs::write(directory.path().join("teams/vision.toml"), team).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_raygen"))
        .args(arguments)
        .current_dir(directory.path())
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(text).unwrap())
}

#[test]
fn explain_shows_the_arithmetic_of_a_whole_node() {
    let (status, text) = run("", WHOLE, &["explain", "vision", "clusters.train.workers.gpu.whole-node"]);
    assert_eq!(status, 0, "{text}");
    for part in [
        "whole-node = true",
        "cpu is computed: 48000m of `g5.12xlarge` - 190m kubelet = 47810m",
        "in whole CPUs 47",
        "173400Mi",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    let (_, text) = run("", WHOLE, &["explain", "vision", "clusters.train.workers.gpu.memory"]);
    assert!(text.contains("memory is computed:") && !text.contains("cpu is computed"), "{text}");
}

#[test]
fn fit_tells_types_pods_waste_and_prices() {
    let (status, text) = run("", G5, &["fit"]);
    assert_eq!(status, 0, "{text}");
    for part in [
        "prod: gpu of vision-train",
        "0 to 8 pods of 6 cpu",
        "g5.2xlarge",
        "$1.21",
        "$0.00 to $9.70",
        "us-east-1, 2026-07-20",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    let (_, text) = run("", G5, &["fit", "vision", "--format", "json"]);
    let table: Value = serde_json::from_str(&text).unwrap();
    let gpu = &table["groups"][1];
    assert_eq!(gpu["fitting"][0]["podsPerNode"], json!(1));
    assert_eq!(gpu["ceilingPerHour"], json!(8.0 * 1.624));
    assert_eq!(table["prices"]["spot"], json!("unknown"));
    let (_, text) = run("", G5, &["fit", "--format", "markdown"]);
    assert!(text.contains("### prod: gpu of vision-train") && text.contains("| g5.2xlarge "), "{text}");
}

#[test]
fn fit_names_what_binds_those_that_do_not_fit() {
    let team = G5.replace("24Gi", "40Gi").replace("\"g5.4xlarge\"", "\"g5.xlarge\"");
    let (status, text) = run("", &team, &["fit"]);
    assert_eq!(status, 1, "{text}");
    assert!(text.contains("g5.2xlarge does not fit: 40Gi memory needed, 28.6Gi offered"), "{text}");
    assert!(text.contains("no cost can be told") && text.contains("1 of 2 groups fit nowhere"), "{text}");
}

#[test]
fn fit_explains_one_type() {
    let (status, text) = run("", G5, &["fit", "--why", "g5.2xlarge"]);
    assert_eq!(status, 0, "{text}");
    for part in [
        "gpu of vision-train on g5.2xlarge",
        "kept by the kubelet",
        "28.6Gi",
        "1 per node",
        "the pool does not launch it",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    let (_, text) = run("", G5, &["fit", "--why", "g5.2xlarge", "--format", "json"]);
    let explained: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&explained["version"], &explained["groups"][0]["instanceType"]), (&json!(1), &json!("g5.2xlarge")));
    let (status, text) = run("", G5, &["fit", "--why", "g5.2xlage"]);
    assert!(status == 2 && text.contains("did you mean `g5.2xlarge`?"), "{text}");
}

#[test]
fn fit_sums_up_teams() {
    let (status, text) = run("", G5, &["fit", "--summary"]);
    assert_eq!(status, 0, "{text}");
    assert!(text.contains("ceiling per 30 days") && text.contains("all teams") && text.contains("vision"), "{text}");
    let (_, text) = run("", G5, &["fit", "--summary", "--format", "json"]);
    let summary: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(summary["teams"][0]["maxGpus"], json!(8));
}
