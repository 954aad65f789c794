//! READMEs of teams: their commands name what was rendered, and what the operator makes of it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use raygen::json;
use raygen::json::Value;
use raygen::manifest::{self, Built, Manifest};
use raygen::readme;
use raygen::resolve::{self, Resolution, Selection};
use raygen::spec::WorkloadKind;
use raygen::tree::{self, Output, Scope, State, Tree};
use raygen::workspace::{self, Workspace};

use super::rules::PLATFORM;

const WORKERS: &str = "cpu = 3\nmemory = \"12Gi\"\nmax = 4\n";

/// A cluster that is exposed, one that is not, a job, a cron job and a job on the first cluster.
fn everything() -> String {
    format!(
        r#"
owner = "vision@example.com"
[clusters.train]
ingress = {{ expose = ["dashboard"] }}
[clusters.train.workers.cpu]
{WORKERS}
[clusters.quiet]
auth.mode = "disabled"
monitoring.enabled = false
autoscaling.enabled = false
[clusters.quiet.workers.cpu]
{WORKERS}
[jobs.nightly]
entrypoint = "python train.py"
[jobs.nightly.workers.cpu]
{WORKERS}
[jobs.eval]
cluster = "train"
entrypoint = "python eval.py"
[cron-jobs.weekly]
schedule = "0 3 * * 1"
time-zone = "Europe/Berlin"
entrypoint = "python clean.py"
[cron-jobs.weekly.workers.cpu]
{WORKERS}"#
    )
}

fn built_of(workspace: &Workspace) -> (Resolution, Built) {
    let resolution = resolve::resolve(workspace, &Selection::default());
    let built = manifest::build(&resolution);
    (resolution, built)
}

fn built(team: &str) -> (Resolution, Built) {
    let platform = format!("{PLATFORM}\n[environments.prod.kuberay]\nfeature-gates = {{ RayCronJob = true }}\n");
    let (resolution, built) = built_of(&Workspace::from_texts(&platform, [("vision", team)]));
    assert!(resolution.diagnostics.is_empty(), "{:#?}", resolution.diagnostics);
    (resolution, built)
}

fn readme(team: &str) -> String {
    let (resolution, built) = built(team);
    let [(_, text)] = readmes(&resolution, &built).try_into().expect("one team has one README");
    text
}

/// Paths and texts.
fn readmes(resolution: &Resolution, built: &Built) -> Vec<(String, String)> {
    let tree = manifest::emit(resolution, built);
    let readmes = tree.iter().filter(|(path, _)| path.ends_with("/README.md"));
    readmes.map(|(path, text)| (path.to_owned(), text.to_owned())).collect()
}

fn cluster(keys: &str) -> String {
    readme(&format!("[clusters.train]\n{keys}\n[clusters.train.workers.cpu]\n{WORKERS}"))
}

/// What stands under a heading of the third level.
fn section<'a>(readme: &'a str, heading: &str) -> &'a str {
    let start = readme.find(&format!("\n### {heading}\n")).unwrap_or_else(|| panic!("no {heading} in\n{readme}"));
    let rest = &readme[start + 1..];
    &rest[..rest[1..].find("\n## ").into_iter().chain(rest[1..].find("\n### ")).min().map_or(rest.len(), |end| end + 1)]
}

/// The commands of all blocks.
fn commands(readme: &str) -> Vec<&str> {
    readme.split("```sh\n").skip(1).flat_map(|block| block.split("\n```").next().unwrap().lines()).collect()
}

/// The words of a command, and of those within it.
fn words(command: &str) -> Vec<&str> {
    command.split([' ', '"', '\'', '(', ')', ',']).filter(|word| !word.is_empty()).collect()
}

/// Every string under a key of this name, anywhere.
fn strings(value: &Value, key: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            found.extend(map.get(key).and_then(Value::as_str).map(str::to_owned));
            map.values().for_each(|value| strings(value, key, found));
        }
        Value::Array(list) => list.iter().for_each(|value| strings(value, key, found)),
        _ => {}
    }
}

/// What exists once the operator has seen the objects.
struct Cluster<'a>(Vec<&'a Manifest>);

impl Cluster<'_> {
    fn has(&self, kind: &str, name: &str) -> bool {
        self.0.iter().any(|manifest| manifest.kind().eq_ignore_ascii_case(kind) && manifest.name() == name)
    }

    fn has_service(&self, service: &str) -> bool {
        let of = |suffix: &str, kinds: &[&str]| {
            let name = service.strip_suffix(suffix);
            name.is_some_and(|name| kinds.iter().any(|kind| self.has(kind, name)))
        };
        of("-head-svc", &["RayCluster", "RayService"]) || of("-serve-svc", &["RayService"])
    }

    fn has_secret(&self, secret: &str) -> bool {
        self.values("secretName").contains(secret) || self.has("RayCluster", secret)
    }

    fn values(&self, key: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        self.0.iter().for_each(|manifest| strings(&manifest.object, key, &mut found));
        found
    }

    fn container(&self, name: &str) -> bool {
        name == "autoscaler" || self.values("name").contains(name)
    }
}

/// Asserts that what a command names exists. The operator's own namespace and pods are the platform's.
fn assert_names_exist(command: &str, cluster: &Cluster<'_>, shared: &BTreeSet<String>) {
    if command.contains("kuberay-operator") {
        return;
    }
    let words = words(command);
    let claim = |holds: bool, what: &str| assert!(holds, "{what} is not there: {command}");
    for (word, next) in words.iter().zip(words.iter().skip(1)) {
        match *word {
            "--namespace" => claim(cluster.has("Namespace", next), next),
            "--container" => claim(cluster.container(next), next),
            _ => {}
        }
    }
    for word in &words {
        let value = |key: &str| word.strip_prefix("--selector=").unwrap_or(word).strip_prefix(key);
        if let Some(name) = value("ray.io/cluster=") {
            claim(cluster.has("RayCluster", name), name);
        }
        if let Some(name) = value("ray.io/cronjob-name=") {
            claim(cluster.has("RayCronJob", name), name);
        }
        if let Some(name) = value("app.kubernetes.io/instance=") {
            claim(cluster.values("app.kubernetes.io/instance").contains(name), name);
        }
        if let Some(name) = value("karpenter.sh/nodepool=") {
            claim(cluster.has("NodePool", name) || shared.contains(name), name);
        }
        if let Some(name) = word.strip_prefix("service/") {
            claim(cluster.has_service(name), name);
        }
        if let Some((kind, name)) =
            word.split_once('/').filter(|(kind, _)| kind.starts_with("ray") && !kind.contains('.'))
        {
            claim(cluster.has(kind, name), word);
        }
    }
    if let Some((_, pools)) = command.split_once("karpenter.sh/nodepool in (") {
        for pool in pools.split(')').next().unwrap().split(", ") {
            claim(cluster.has("NodePool", pool) || shared.contains(pool), pool);
        }
    }
    let (verb, object) = (words.get(1).copied().unwrap_or_default(), words.get(2).copied().unwrap_or_default());
    let names = words.iter().skip(3).take_while(|word| **word != "|").scan(false, |skip, word| {
        let skipped = std::mem::replace(skip, *word == "--namespace");
        Some((!skipped && !word.starts_with("--")).then_some(*word))
    });
    let names: Vec<&str> = names.flatten().collect();
    if words[0] == "kubectl" && ["get", "delete", "describe", "patch"].contains(&verb) && !command.contains("json") {
        match object {
            "raycluster" | "rayservice" | "rayjob" | "raycronjob" | "namespace" => {
                claim(!names.is_empty() && cluster.has(object, names[0]), object);
            }
            "nodepools" | "ec2nodeclasses" | "persistentvolumeclaims" | "persistentvolumes" | "storageclasses" => {
                let kind = object.strip_suffix(if object.ends_with("classes") { "es" } else { "s" }).unwrap();
                for name in names {
                    claim(cluster.has(kind, name), name);
                }
            }
            "service" => claim(cluster.has_service(names[0]), names[0]),
            _ => {}
        }
    }
    if let Some((_, rest)) = command.split_once("kubectl get secret --namespace ") {
        let secret = rest.split(' ').nth(1).unwrap();
        claim(secret == "\"$cluster\"" || cluster.has_secret(secret), secret);
    }
    if let Some((_, patch)) = command.split_once("--patch '") {
        claim(serde_json::from_str::<Value>(patch.trim_end_matches('\'')).is_ok(), "a patch that is JSON");
    }
}

fn assert_all_names_exist(resolution: &Resolution, built: &Built) {
    let shared = resolution.pools.iter().map(|pool| pool.pool.name.clone()).collect();
    let readmes = readmes(resolution, built);
    assert!(!readmes.is_empty());
    for (path, text) in &readmes {
        let own = |manifest: &&Manifest| {
            let directory = format!("{}/{}/", manifest.environment.name, manifest.team.as_deref().unwrap_or_default());
            path.starts_with(&directory)
        };
        let cluster = Cluster(built.manifests.iter().filter(own).collect());
        let commands = commands(text);
        assert!(commands.len() > 10, "{text}");
        for command in commands {
            assert_names_exist(command, &cluster, &shared);
        }
    }
}

#[test]
fn commands_name_what_was_rendered() {
    let (resolution, built) = built(&everything());
    assert_all_names_exist(&resolution, &built);
}

#[test]
fn commands_of_examples_and_golden_trees_name_what_was_rendered() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for directory in ["", "tests/golden/oldest", "tests/golden/middle", "tests/golden/newest"] {
        let (resolution, built) = built_of(&workspace::load(&root.join(directory)).unwrap());
        assert_all_names_exist(&resolution, &built);
    }
}

#[test]
fn a_shell_understands_every_command() {
    let text = readme(&everything());
    let script = commands(&text).join("\n");
    let output = Command::new("sh").args(["-n", "-c", &script]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn local_ports_differ_between_workloads() {
    let readme = readme(&everything());
    let forwards = commands(&readme).into_iter().filter(|command| command.contains("port-forward"));
    let pairs = forwards.flat_map(|command| command.split(' ').filter_map(|word| word.split_once(':')));
    let locals: Vec<&str> = pairs.map(|(local, _)| local).filter(|local| local.parse::<u16>().is_ok()).collect();
    let distinct: BTreeSet<&str> = locals.iter().copied().collect();
    // Dashboard, client and metrics of four Ray clusters.
    assert_eq!((locals.len(), distinct.len()), (12, 12), "{locals:?}");
    assert!(distinct.contains("8265") && distinct.contains("8268"), "{distinct:?}");
}

#[test]
fn a_token_is_read_from_the_secret_that_the_pods_read() {
    assert!(section(&cluster(""), "Token").contains("kubectl get secret --namespace vision vision-train --output"));
    let named = cluster("auth = { mode = \"token\", secret = \"ray-token\" }");
    assert!(section(&named, "Token").contains("kubectl get secret --namespace vision ray-token --output"));
    assert!(section(&named, "Token").contains("jsonpath='{.data.auth_token}'"));
}

#[test]
fn without_authentication_there_is_no_token() {
    let readme = cluster("auth.mode = \"disabled\"");
    assert!(!readme.to_lowercase().contains("token"), "{readme}");
}

#[test]
fn a_job_without_a_secret_has_that_of_the_cluster_it_has_now() {
    let (resolution, built) =
        built(&format!("[jobs.nightly]\nentrypoint = \"python x.py\"\n[jobs.nightly.workers.cpu]\n{WORKERS}"));
    let mut manifests = built.manifests;
    let job = manifests.iter_mut().find(|manifest| manifest.kind() == "RayJob").unwrap();
    job.object["spec"]["rayClusterSpec"]["authOptions"] = json!({ "mode": "token" });
    let readme = readme::of_team(&resolution.teams[0], &manifests);
    let token = section(&readme, "Token");
    assert!(token.contains("kubectl get rayjob --namespace vision vision-nightly --output"), "{token}");
    assert!(token.contains("kubectl get secret --namespace vision \"$cluster\""), "{token}");
}

#[test]
fn an_exposed_dashboard_is_told_by_its_url() {
    let exposed = cluster("ingress = { expose = [\"dashboard\"] }");
    assert!(
        section(&exposed, "Dashboard").contains("https://vision-train.ray.example.com/, from networks"),
        "{exposed}"
    );
    let under_path = cluster("ingress = { expose = [\"dashboard\"], class = \"nginx\", path = \"/train\" }");
    assert!(section(&under_path, "Dashboard").contains("http://vision-train.ray.example.com/train/"), "{under_path}");
    assert!(section(&cluster(""), "Dashboard").contains("http://localhost:8265"));
}

#[test]
fn a_change_is_applied_as_the_strategy_asks() {
    let none = cluster("");
    assert!(
        section(&none, "Apply a change")
            .contains("kubectl delete pods --namespace vision --selector=ray.io/cluster=vision-train\n")
    );
    let recreate = cluster("upgrade = \"recreate\"");
    assert!(!section(&recreate, "Apply a change").contains("kubectl delete pods"), "{recreate}");
}

#[test]
fn only_an_autoscaler_is_asked_for_workers() {
    assert!(section(&cluster(""), "Scale").contains("request_resources(bundles=[{\"CPU\": 1}])"));
    let fixed = cluster("autoscaling.enabled = false");
    assert!(!fixed.contains("request_resources") && !fixed.contains("--container autoscaler"), "{fixed}");
}

#[test]
fn the_explained_key_is_one_that_a_layer_sets() {
    assert!(
        section(&cluster(""), "Scale").contains("explain vision clusters.train.workers.cpu.max --environment prod")
    );
    let fixed = readme(
        "[clusters.train]\nautoscaling.enabled = false\n[clusters.train.workers.cpu]\nreplicas = 2\ncpu = 3\n\
         memory = \"12Gi\"\n",
    );
    assert!(section(&fixed, "Scale").contains("explain vision clusters.train.workers.cpu.replicas"), "{fixed}");
}

#[test]
fn logs_are_where_ray_writes_them() {
    assert!(section(&cluster(""), "Logs").contains("ls /tmp/ray/session_latest/logs"));
    assert!(!section(&cluster("logging.stderr = true"), "Logs").contains("session_latest"));
}

#[test]
fn a_patched_object_is_told_as_it_is() {
    let readme = cluster(
        "suspend = true\n[[clusters.train.patch]]\nkind = \"RayCluster\"\nremove = [\"/spec/suspend\"]\n\
         merge = { spec = { headGroupSpec = { headService = { metadata = { name = \"front\" } } } } }",
    );
    assert!(!readme.contains("It is suspended"), "{readme}");
    assert!(section(&readme, "Dashboard").contains("service/front 8265:8265 10001:10001"), "{readme}");
}

#[test]
fn a_long_name_is_told_as_the_operator_keeps_it() {
    let name = format!("a{}", "b".repeat(44));
    let readme = cluster(&format!("name = \"{name}\""));
    let service = format!("{}-head-svc", "b".repeat(41));
    assert!(section(&readme, "Dashboard").contains(&format!("service/{service} ")), "{readme}");
}

#[test]
fn teardown_goes_from_workloads_to_nodes_to_the_namespace() {
    let readme = readme(&everything());
    let position = |text: &str| readme.rfind(text).unwrap_or_else(|| panic!("no {text} in\n{readme}"));
    let order = [
        "raycronjob/vision-weekly",
        "rayjob/vision-nightly",
        "raycluster/vision-train",
        "kubectl wait",
        "kubectl delete nodepools",
        "kubectl delete ec2nodeclasses vision",
        "kubectl delete namespace vision",
    ];
    let positions: Vec<usize> = order.iter().map(|text| position(text)).collect();
    assert!(positions.is_sorted(), "{positions:?}");
}

#[test]
fn storage_goes_after_the_nodes_and_what_is_kept_is_told() {
    let (resolution, built) = built(&format!(
        "storage.data = {{ type = \"fsx-lustre\", size = \"1200Gi\", file-system-id = \"fs-0123456789abcdef0\", \
         mount-name = \"abcdefgh\", zone = \"us-west-2a\" }}\n[clusters.train]\n\
         mounts = [{{ storage = \"data\", path = \"/data\" }}]\n[clusters.train.workers.cpu]\n{WORKERS}"
    ));
    assert_all_names_exist(&resolution, &built);
    let text = &readmes(&resolution, &built)[0].1;
    let position = |part: &str| text.find(part).unwrap_or_else(|| panic!("no {part} in\n{text}"));
    let order = ["delete ec2nodeclasses", "delete persistentvolumeclaims", "delete persistentvolumes", "stays in AWS"];
    assert!(order.map(position).is_sorted(), "{text}");
}

#[test]
fn a_shared_pool_is_left_alone() {
    let platform = format!("{PLATFORM}\n[pools.heads]\ninstance-families = [\"m7i\"]\n");
    let team = format!("[clusters.train.head]\npool = \"heads\"\n[clusters.train.workers.cpu]\n{WORKERS}");
    let (resolution, built) = built_of(&Workspace::from_texts(&platform, [("vision", team.as_str())]));
    let readme = &readmes(&resolution, &built)[0].1;
    assert!(readme.contains("Other teams use `heads` too"), "{readme}");
    assert!(readme.contains("kubectl delete nodepools vision-train-cpu\n"), "{readme}");
}

/// A service as the operator sees it, made of a cluster.
#[test]
fn a_service_is_reached_by_the_services_of_the_whole() {
    let (mut resolution, built) =
        built(&format!("[clusters.front]\nname = \"front\"\n[clusters.front.workers.cpu]\n{WORKERS}"));
    let team = &mut resolution.teams[0];
    Arc::make_mut(&mut team.workloads[0]).kind = WorkloadKind::Service;
    let mut manifests = built.manifests.clone();
    let cluster = manifests.iter_mut().find(|manifest| manifest.kind() == "RayCluster").unwrap();
    let mut spec = std::mem::take(&mut cluster.object["spec"]);
    spec["authOptions"]["secretName"] = json!("front-token");
    cluster.object["kind"] = json!("RayService");
    cluster.object["spec"] =
        json!({ "upgradeStrategy": { "type": "NewCluster" }, "serveConfigV2": "", "rayClusterConfig": spec });
    let text = readme::of_team(team, &manifests);
    let serve = section(&text, "Serve");
    assert!(serve.contains("kubectl port-forward --namespace vision service/front-serve-svc 8000:8000"), "{serve}");
    assert!(serve.contains("kubectl get rayservice --namespace vision front\n"), "{serve}");
    assert!(section(&text, "Dashboard").contains("service/front-head-svc 8265:8265"), "{text}");
    assert!(section(&text, "Token").contains("front-token"), "{text}");
    assert!(section(&text, "Pods and nodes").contains("--selector=app.kubernetes.io/instance=front "), "{text}");
    assert!(!section(&text, "Apply a change").contains("kubectl delete"), "{text}");
    let objects = Cluster(manifests.iter().collect());
    for command in commands(&text) {
        assert_names_exist(command, &objects, &BTreeSet::new());
    }
}

#[test]
fn runs_of_a_cron_job_are_found_by_its_label() {
    let readme = readme(&everything());
    assert!(section(&readme, "Runs").contains("--selector=ray.io/cronjob-name=vision-weekly"), "{readme}");
    assert!(section(&readme, "Runs").contains("`0 3 * * 1`, in the time zone Europe/Berlin"), "{readme}");
}

/// Two people who scale two clusters of a team change no common file.
#[test]
fn scaling_changes_no_byte() {
    assert_eq!(readme(&everything()), readme(&everything().replace("max = 4", "max = 5")));
}

#[test]
fn two_renders_are_the_same_bytes() {
    assert_eq!(readme(&everything()), readme(&everything()));
}

/// GitOps reads every YAML below a directory, and the README is none.
#[test]
fn the_readme_stands_beside_the_objects_with_a_header_of_its_own() {
    let (resolution, built) = built(&everything());
    let tree = manifest::emit(&resolution, &built);
    let text = tree.get("prod/vision/README.md").unwrap();
    assert!(text.starts_with("<!-- Generated by raygen from teams/vision.toml. "), "{text}");
    assert!(text.lines().nth(1).unwrap().starts_with("# vision in prod"), "{text}");
    assert_eq!(tree.iter().filter(|(path, _)| path.ends_with("/README.md")).count(), 1);
}

#[test]
fn an_edited_readme_is_left_alone_and_an_orphan_is_removed() {
    let (resolution, built) = built(&everything());
    let directory = tempfile::tempdir().unwrap();
    let output = Output::new(directory.path(), "generated").unwrap();
    let write = |tree: &Tree| tree::write(tree, &output, &Scope::everything(), false).unwrap();
    let rendered = manifest::emit(&resolution, &built);
    write(&rendered);
    let path = "prod/vision/README.md";
    let edited = directory.path().join("generated").join(path);
    let text = fs::read_to_string(&edited).unwrap();
    fs::write(&edited, format!("{text}\nBy hand.\n")).unwrap();
    let mut changed = Tree::default();
    changed.insert(path, tree::with_header(path, "teams/vision.toml", "# Another\n")).unwrap();
    assert_eq!(write(&changed).files[path].state, State::Edited);
    fs::write(&edited, text).unwrap();
    assert_eq!(write(&Tree::default()).files[path].state, State::Removed);
    assert!(!edited.exists());
}
