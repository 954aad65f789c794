//! Jobs, cron jobs, and scripts that are submitted to clusters.

use raygen::check;
use raygen::diagnostic::Severity;
use raygen::json;
use raygen::json::Value;
use raygen::manifest;
use raygen::resolve::{self, Selection};
use raygen::workspace::Workspace;

use super::rules::{PLATFORM, linted};

const WORKERS: &str = "workers.cpu = { cpu = 3, memory = \"12Gi\", max = 4 }\n";

/// What a team makes on the platform of the rules' pages, followed by `platform`.
struct Made {
    objects: Vec<Value>,
    files: Vec<(String, String)>,
    /// "rule: message @ line" of every problem.
    problems: Vec<String>,
}

fn made_on(platform: &str, team: &str) -> Made {
    made_with(platform, team, &[])
}

fn made_with(platform: &str, team: &str, files: &[(&str, &str)]) -> Made {
    let platform = format!("{PLATFORM}\n{platform}");
    let workspace = Workspace::from_texts_and_files(&platform, [("vision", team)], files.iter().copied());
    let resolution = resolve::resolve(&workspace, &Selection::default());
    let built = manifest::build(&resolution);
    let checked = check::check(&workspace, &resolution, &built);
    let show = |diagnostic: &raygen::diagnostic::Diagnostic| {
        let span = diagnostic.span.expect("these problems have places");
        let (line, _) = workspace.sources.line_column(span);
        format!("{}: {} @ {line}", diagnostic.rule, diagnostic.message)
    };
    Made {
        problems: checked.diagnostics.iter().map(show).collect(),
        files: manifest::emit(&resolution, &built)
            .iter()
            .map(|(path, text)| (path.to_owned(), text.to_owned()))
            .collect(),
        objects: built.manifests.into_iter().map(|manifest| manifest.object).collect(),
    }
}

fn made(team: &str) -> Made {
    made_on("", team)
}

impl Made {
    /// The object of a kind, of which nothing is wrong and there is but one.
    fn only(&self, kind: &str) -> &Value {
        assert_eq!(self.problems, Vec::<String>::new());
        let found: Vec<&Value> = self.objects.iter().filter(|object| object["kind"] == kind).collect();
        assert_eq!(found.len(), 1, "{kind}: {found:#?}");
        found[0]
    }

    fn names(&self, kind: &str) -> Vec<&str> {
        let found = self.objects.iter().filter(|object| object["kind"] == kind);
        found.filter_map(|object| object["metadata"]["name"].as_str()).collect()
    }
}

const NIGHTLY: &str = "[jobs.nightly]\nentrypoint = \"python train.py\"\n";

#[test]
fn a_job_is_submitted_by_a_restricted_pod_beside_its_head_and_goes_away() {
    let made = made(&format!("{NIGHTLY}{WORKERS}"));
    let spec = &made.only("RayJob")["spec"];
    assert_eq!(spec["entrypoint"], "python train.py");
    assert_eq!(spec["submissionMode"], "K8sJobMode");
    assert_eq!(spec["shutdownAfterJobFinishes"], true);
    assert_eq!(spec["ttlSecondsAfterFinished"], 600);
    let pod = &spec["submitterPodTemplate"]["spec"];
    assert_eq!(pod["nodeSelector"], json!({ "karpenter.sh/nodepool": "vision-nightly-head" }));
    assert_eq!(pod["tolerations"], spec["rayClusterSpec"]["headGroupSpec"]["template"]["spec"]["tolerations"]);
    assert_eq!(pod["securityContext"]["runAsNonRoot"], true);
    assert_eq!(pod["containers"][0]["securityContext"]["capabilities"]["drop"], json!(["ALL"]));
    assert_eq!(pod["containers"][0]["image"], "rayproject/ray:2.52.0-py311");
    assert_eq!(spec["rayClusterSpec"].get("upgradeStrategy"), None);
}

#[test]
fn every_key_of_a_job_has_its_field() {
    let made = made(&format!(
        r#"
[jobs.nightly]
entrypoint = "python train.py"
submission-mode = "k8s-job"
entrypoint-num-cpus = 2
entrypoint-num-gpus = 0.5
entrypoint-resources = {{ fast-disk = 1, tokens = 0.25 }}
job-id = "train-1"
metadata = {{ owner = "vision" }}
retries = 2
deadline = "24h"
pre-running-deadline = "30m"
ttl = "90s"
submitter = {{ image = "acme/submit:1", cpu = 1, memory = "2Gi", retries = 0, env = {{ LOUD = "1" }} }}
runtime-env = {{ pip = ["torch==2.4.0"], env_vars = {{ HF_HOME = "/fsx/hf", FLAG = "yes" }} }}
{WORKERS}"#
    ));
    let spec = &made.only("RayJob")["spec"];
    for (field, expected) in [
        ("entrypointNumCpus", json!(2)),
        ("entrypointNumGpus", json!(0.5)),
        ("entrypointResources", json!(r#"{"fast-disk":1,"tokens":0.25}"#)),
        ("jobId", json!("train-1")),
        ("metadata", json!({ "owner": "vision" })),
        ("backoffLimit", json!(2)),
        ("activeDeadlineSeconds", json!(86400)),
        ("preRunningDeadlineSeconds", json!(1800)),
        ("ttlSecondsAfterFinished", json!(90)),
        ("submitterConfig", json!({ "backoffLimit": 0 })),
        ("runtimeEnvYAML", json!("pip:\n  - torch==2.4.0\nenv_vars:\n  HF_HOME: /fsx/hf\n  FLAG: \"yes\"\n")),
    ] {
        assert_eq!(spec[field], expected, "{field}");
    }
    let container = &spec["submitterPodTemplate"]["spec"]["containers"][0];
    assert_eq!(container["image"], "acme/submit:1");
    assert_eq!(container["resources"]["limits"], json!({ "cpu": "1", "memory": "2Gi" }));
    assert_eq!(container["env"], json!([{ "name": "LOUD", "value": "1" }]));
}

#[test]
fn a_job_pool_neither_drifts_nor_expires() {
    let made = made(&format!("{NIGHTLY}{WORKERS}"));
    let pools: Vec<&Value> = made.objects.iter().filter(|object| object["kind"] == "NodePool").collect();
    assert_eq!(pools.len(), 2);
    for pool in pools {
        assert_eq!(pool["spec"]["template"]["spec"]["expireAfter"], "Never");
        assert_eq!(pool["spec"]["template"]["spec"].get("terminationGracePeriod"), None);
        let budgets = json!([{ "nodes": "100%", "reasons": ["Empty"] }, { "nodes": "0", "reasons": ["Drifted"] }]);
        assert_eq!(pool["spec"]["disruption"]["budgets"], budgets);
    }
}

#[test]
fn a_job_pool_expires_when_it_is_told_to() {
    let made = made(&format!(
        "{NIGHTLY}workers.cpu = {{ cpu = 3, memory = \"12Gi\", max = 4, node-pool.expire-after = \"48h\" }}\n"
    ));
    let pool = made.objects.iter().find(|object| object["metadata"]["name"] == "vision-nightly-cpu").unwrap();
    assert_eq!(pool["spec"]["template"]["spec"]["expireAfter"], "48h");
}

#[test]
fn the_head_of_a_job_has_a_disruption_budget() {
    let made = made(&format!("{NIGHTLY}{WORKERS}"));
    assert_eq!(made.only("PodDisruptionBudget")["metadata"]["name"], "vision-nightly-head");
}

/// The cluster's name is generated, so no ServiceMonitor could select its Service.
#[test]
fn the_head_of_a_job_is_scraped_by_its_pod() {
    let made = made(&format!("{NIGHTLY}{WORKERS}"));
    assert_eq!(made.names("PodMonitor"), ["vision-nightly-head", "vision-nightly-workers"]);
    assert_eq!(made.names("ServiceMonitor"), Vec::<&str>::new());
}

#[test]
fn an_exposed_dashboard_of_a_job_asks_for_a_token() {
    let exposed = format!("{NIGHTLY}ingress.expose = [\"dashboard\"]\n{WORKERS}");
    let ingress = &made(&exposed).only("Ingress")["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"].clone();
    assert_eq!(ingress["name"], "vision-nightly-head-svc");
    let open = made(&exposed.replace("ingress.", "auth.mode = \"disabled\"\ningress."));
    assert!(
        open.problems.iter().any(|problem| problem.starts_with("unauthenticated-dashboard: ")),
        "{:#?}",
        open.problems
    );
}

/// The pages' platform names a Secret for all jobs.
#[test]
fn a_job_without_a_secret_runs_without_a_token_and_is_told_so() {
    let made = made(&format!("{NIGHTLY}unset = [\"auth.secret\"]\n{WORKERS}"));
    let names: Vec<&str> = made.problems.iter().filter_map(|problem| problem.split(':').next()).collect();
    assert_eq!(names, ["missing-auth-secret"], "{:#?}", made.problems);
    let job = made.objects.iter().find(|object| object["kind"] == "RayJob").unwrap();
    assert_eq!(job["spec"]["rayClusterSpec"].get("authOptions"), None);
}

#[test]
fn only_mode_k8s_job_has_a_submitter() {
    for mode in ["http", "sidecar", "interactive"] {
        let made = made(&format!("{NIGHTLY}submission-mode = \"{mode}\"\n{WORKERS}"));
        assert_eq!(made.only("RayJob")["spec"].get("submitterPodTemplate"), None, "{mode}");
    }
}

#[test]
fn images_of_submitters_are_templates() {
    let team = format!(
        "[jobs.tune]\nentrypoint = \"python tune.py\"\nauth.secret = \"t\"\nsubmitter.image = \"acme/submit:{{{{ ray_version }}}}\"\n{WORKERS}"
    );
    let image = made(&team).only("RayJob").pointer("/spec/submitterPodTemplate/spec/containers/0/image").cloned();
    assert_eq!(image, Some(json!("acme/submit:2.52.0")));
    let team = format!("{SUBMIT}submit.prepare.image = \"acme/submit:{{{{ ray_version }}}}\"\n{WORKERS}");
    let image = made(&team).only("Job").pointer("/spec/template/spec/containers/0/image").cloned();
    assert_eq!(image, Some(json!("acme/submit:2.52.0")));
    let found = made(&team.replace("ray_version", "rayversion")).problems;
    assert!(found.len() == 1 && found[0].starts_with("invalid-template: "), "{found:#?}");
}

#[test]
fn a_submitter_that_is_never_made_is_an_error() {
    let made = made(&format!("{NIGHTLY}submission-mode = \"http\"\nsubmitter.cpu = 1\n{WORKERS}"));
    assert_eq!(made.problems.len(), 1, "{:#?}", made.problems);
    assert!(made.problems[0].starts_with("conflicting-submission-mode: "), "{:#?}", made.problems);
    assert!(made.problems[0].ends_with("@ 4"), "{:#?}", made.problems);
}

#[test]
fn deletion_rules_take_the_place_of_the_shutdown() {
    let rules = r#"deletion-rules = [
  { policy = "DeleteWorkers", job-status = "FAILED", ttl = "10m" },
  { policy = "DeleteCluster", job-status = "FAILED", ttl = "24h" },
  { policy = "DeleteCluster", job-deployment-status = "Failed" },
  { policy = "DeleteCluster", job-status = "SUCCEEDED" },
]
autoscaling.enabled = false
"#;
    let made = made(&format!("{NIGHTLY}{rules}{WORKERS}"));
    let spec = &made.only("RayJob")["spec"];
    assert_eq!(spec.get("shutdownAfterJobFinishes"), None);
    assert_eq!(spec.get("ttlSecondsAfterFinished"), None);
    let rules = &spec["deletionStrategy"]["deletionRules"];
    let first = json!({ "policy": "DeleteWorkers", "condition": { "jobStatus": "FAILED", "ttlSeconds": 600 } });
    assert_eq!(rules[0], first);
    let third = json!({ "policy": "DeleteCluster", "condition": { "jobDeploymentStatus": "Failed", "ttlSeconds": 0 } });
    assert_eq!(rules[2], third);
}

#[test]
fn a_suspended_job_is_suspended_as_a_whole() {
    let made = made(&format!("{NIGHTLY}suspend = true\n{WORKERS}"));
    let spec = &made.only("RayJob")["spec"];
    assert_eq!(spec["suspend"], true);
    assert_eq!(spec["rayClusterSpec"].get("suspend"), None);
}

const ON_TRAIN: &str = "[jobs.nightly]\nentrypoint = \"python train.py\"\ncluster = \"train\"\n";

#[test]
fn a_job_on_the_teams_cluster_makes_nothing_but_itself() {
    let made = made(&format!("{ON_TRAIN}\n[clusters.train]\n{WORKERS}"));
    let spec = &made.only("RayJob")["spec"];
    assert_eq!(spec["clusterSelector"], json!({ "ray.io/cluster": "vision-train" }));
    for field in ["rayClusterSpec", "shutdownAfterJobFinishes", "ttlSecondsAfterFinished"] {
        assert_eq!(spec.get(field), None, "{field}");
    }
    let template = &spec["submitterPodTemplate"];
    assert_eq!(template["metadata"]["labels"]["app.kubernetes.io/instance"], "vision-train");
    assert_eq!(template["spec"]["nodeSelector"], json!({ "karpenter.sh/nodepool": "vision-train-head" }));
    assert_eq!(made.names("NodePool"), ["vision-train-head", "vision-train-cpu"]);
    assert_eq!(made.names("PodDisruptionBudget"), ["vision-train-head"]);
}

#[test]
fn a_job_on_anothers_cluster_is_submitted_by_the_operators_own_pod() {
    let team = "[jobs.nightly]\nentrypoint = \"python train.py\"\ncluster = { \"ray.io/cluster\" = \"shared\" }\n";
    let made = made(team);
    let spec = &made.only("RayJob")["spec"];
    assert_eq!(spec["clusterSelector"], json!({ "ray.io/cluster": "shared" }));
    assert_eq!(spec.get("submitterPodTemplate"), None);
}

#[test]
fn a_cluster_that_does_not_exist_is_not_selected() {
    let made = made(&format!("{ON_TRAIN}\n[clusters.trian]\n{WORKERS}"));
    assert_eq!(made.problems, ["unknown-workload: the team has no cluster `train` in environment `prod` @ 3"]);
}

#[test]
fn a_selected_cluster_leaves_no_use_for_an_own_one() {
    let made = made(&format!("{ON_TRAIN}{WORKERS}\n[clusters.train]\n{WORKERS}"));
    assert_eq!(made.problems.len(), 1, "{:#?}", made.problems);
    assert!(made.problems[0].starts_with("conflicting-cluster-selector: "), "{:#?}", made.problems);
    assert!(made.problems[0].ends_with("@ 4"), "{:#?}", made.problems);
}

#[test]
fn a_patch_reaches_a_job_on_a_selected_cluster() {
    let patch =
        "[[jobs.nightly.patch]]\nkind = \"RayJob\"\nmerge = { spec = { managedBy = \"ray.io/kuberay-operator\" } }\n";
    let made = made(&format!("{ON_TRAIN}\n[clusters.train]\n{WORKERS}\n{patch}"));
    assert_eq!(made.only("RayJob")["spec"]["managedBy"], "ray.io/kuberay-operator");
}

const GATE: &str = "[environments.prod.kuberay]\nfeature-gates = { RayCronJob = true }\n";
const CRON: &str = "[cron-jobs.nightly]\nschedule = \"0 3 * * *\"\nentrypoint = \"python train.py\"\n";

#[test]
fn a_cron_job_has_a_schedule_and_the_template_of_a_job() {
    let keys = "time-zone = \"Europe/Berlin\"\nsuspend = true\nretries = 1\n";
    let made = made_on(GATE, &format!("{CRON}{keys}{WORKERS}"));
    let spec = &made.only("RayCronJob")["spec"];
    assert_eq!(spec["schedule"], "0 3 * * *");
    assert_eq!(spec["timeZone"], "Europe/Berlin");
    assert_eq!(spec["suspend"], true);
    let job = &spec["jobTemplate"];
    assert_eq!(job["backoffLimit"], 1);
    assert_eq!(job.get("suspend"), None);
    assert_eq!(job["rayClusterSpec"]["workerGroupSpecs"][0]["groupName"], "cpu");
    let pool = made.objects.iter().find(|object| object["metadata"]["name"] == "vision-nightly-cpu").unwrap();
    assert_eq!(pool["spec"]["template"]["spec"]["expireAfter"], "Never");
}

#[test]
fn a_cron_job_needs_its_gate() {
    let made = made(&format!("{CRON}{WORKERS}"));
    assert_eq!(made.problems.len(), 1, "{:#?}", made.problems);
    assert!(made.problems[0].starts_with("disabled-feature-gate: "), "{:#?}", made.problems);
}

#[test]
fn a_cron_job_without_a_schedule_is_an_error() {
    let made = made_on(GATE, &format!("[cron-jobs.nightly]\nentrypoint = \"python train.py\"\n{WORKERS}"));
    assert_eq!(made.problems, ["invalid-schedule: cron job `nightly` has no `schedule` @ 1"]);
}

#[test]
fn the_checks_of_jobs_look_into_the_template_of_a_cron_job() {
    for (keys, rule) in [
        ("submission-mode = \"interactive\"\nretries = 1\n", "conflicting-submission-mode"),
        ("shutdown-after-finish = false\nttl = \"10m\"\n", "job-ttl-without-shutdown"),
        ("deadline = \"0s\"\n", "invalid-job-limit"),
        (
            "shutdown-after-finish = true\ndeletion-rules = [{ policy = \"DeleteCluster\", job-status = \"FAILED\" }]\n",
            "invalid-deletion-rules",
        ),
    ] {
        let made = made_on(GATE, &format!("{CRON}{keys}{WORKERS}"));
        let found: Vec<&str> = made.problems.iter().filter_map(|problem| problem.split(':').next()).collect();
        assert_eq!(found, [rule], "{:#?}", made.problems);
    }
}

#[test]
fn names_leave_room_for_what_kuberay_appends() {
    let name = |length: usize| "n".repeat(length - "vision-".len());
    for (table, keys, longest) in [("jobs", "", 47), ("cron-jobs", "schedule = \"0 3 * * *\"\n", 36)] {
        let team =
            |length: usize| format!("[{table}.{}]\n{keys}entrypoint = \"python train.py\"\n{WORKERS}", name(length));
        assert_eq!(made_on(GATE, &team(longest)).problems, Vec::<String>::new());
        let problems = made_on(GATE, &team(longest + 1)).problems;
        assert!(problems[0].starts_with("long-cluster-name: "), "{problems:#?}");
        assert!(problems[0].contains(&format!("KubeRay takes {longest}")), "{problems:#?}");
    }
}

#[test]
fn names_that_no_spec_composed_are_judged_too() {
    for (kind, longest) in [("RayCluster", 53), ("RayService", 47), ("RayJob", 47), ("RayCronJob", 36)] {
        let judged = |length: usize| {
            let name = "n".repeat(length);
            let object = json!({ "apiVersion": "ray.io/v1", "kind": kind, "metadata": { "name": name }, "spec": {} });
            let found = linted(&[object]);
            found.iter().any(|found| found.rule == "long-cluster-name" && found.severity == Severity::Error)
        };
        assert!(!judged(longest), "{kind}");
        assert!(judged(longest + 1), "{kind}");
    }
}

const SUBMIT: &str = "[clusters.train]\nsubmit.prepare.entrypoint = \"python -m acme.prepare --rows 10\"\n";

#[test]
fn a_command_is_submitted_once_with_the_clusters_token() {
    let made = made(&format!("{SUBMIT}{WORKERS}"));
    let job = made.only("Job");
    let name = job["metadata"]["name"].as_str().unwrap();
    assert!(name.starts_with("vision-train-prepare-") && name.len() == "vision-train-prepare-".len() + 8, "{name}");
    assert_eq!(job["spec"]["backoffLimit"], 0);
    assert_eq!(job["spec"].get("ttlSecondsAfterFinished"), None);
    let pod = &job["spec"]["template"]["spec"];
    assert_eq!(pod["restartPolicy"], "Never");
    assert_eq!(pod["nodeSelector"], json!({ "karpenter.sh/nodepool": "vision-train-head" }));
    let container = &pod["containers"][0];
    let args = container["args"].as_array().unwrap();
    assert_eq!(
        args[1..],
        [
            json!("submit"),
            json!("--"),
            json!("python"),
            json!("-m"),
            json!("acme.prepare"),
            json!("--rows"),
            json!("10")
        ]
    );
    let token = json!({ "name": "RAY_AUTH_TOKEN", "valueFrom": { "secretKeyRef": { "name": "vision-train", "key": "auth_token" } } });
    assert_eq!(
        container["env"],
        json!([
            { "name": "RAY_ADDRESS", "value": "http://vision-train-head-svc:8265" },
            { "name": "RAY_AUTH_MODE", "value": "token" },
            token,
        ])
    );
}

#[test]
fn what_only_a_shell_understands_goes_to_a_shell() {
    let team = SUBMIT.replace("python -m acme.prepare --rows 10", "cd acme && python prepare.py");
    let made = made(&format!("{team}{WORKERS}"));
    let args = made.only("Job")["spec"]["template"]["spec"]["containers"][0]["args"].as_array().unwrap();
    assert_eq!(args[3..], [json!("bash"), json!("-c"), json!("cd acme && python prepare.py")]);
}

#[test]
fn a_submission_to_a_cluster_without_authentication_has_no_token() {
    let site = "[environments.prod.network]\nmonitoring-namespace = \"monitoring\"\n";
    let isolated = "auth.mode = \"disabled\"\nnetwork-policy = \"ingress\"\n";
    let made = made_on(site, &format!("{SUBMIT}{isolated}{WORKERS}"));
    let env = made.only("Job")["spec"]["template"]["spec"]["containers"][0]["env"].as_array().unwrap();
    assert_eq!(env.len(), 1);
}

/// A Job's template is immutable: what changes it must change the name, and nothing else may.
#[test]
fn a_changed_submission_is_another_job() {
    let name = |team: &str| made(team).only("Job")["metadata"]["name"].as_str().unwrap().to_owned();
    let team = format!("{SUBMIT}{WORKERS}");
    let same = name(&team);
    for change in [
        "submit.prepare.cpu = 1\n",
        "submit.prepare.env.ROWS = 10\n",
        "submit.prepare.deadline = \"1h\"\n",
        "submit.prepare.runtime-env.pip = [\"torch\"]\n",
        "image = \"acme/ray:2.52.0\"\n",
        "patch = [{ kind = \"Job\", merge = { spec = { parallelism = 1 } } }]\n",
    ] {
        assert_ne!(name(&format!("{SUBMIT}{change}{WORKERS}")), same, "{change}");
    }
    for change in ["labels.stage = \"a\"\n", "autoscaling.idle-timeout = \"5m\"\n"] {
        assert_eq!(name(&format!("{SUBMIT}{change}{WORKERS}")), same, "{change}");
    }
}

const SCRIPT: &str = "[clusters.train]\nsubmit.prepare.script-file = \"vision/prepare.py\"\n";

#[test]
fn a_script_beside_the_spec_is_the_jobs_working_directory() {
    let made = made_with("", &format!("{SCRIPT}{WORKERS}"), &[("vision/prepare.py", "import ray\nray.init()\n")]);
    let config_map = made.only("ConfigMap");
    assert_eq!(config_map["data"], json!({ "prepare.py": "import ray\nray.init()\n" }));
    let job = made.only("Job");
    assert_eq!(config_map["metadata"]["name"], job["metadata"]["name"]);
    let pod = &job["spec"]["template"]["spec"];
    assert_eq!(pod["volumes"][0]["configMap"]["name"], job["metadata"]["name"]);
    let container = &pod["containers"][0];
    assert_eq!(container["volumeMounts"][0]["subPath"], "prepare.py");
    let args = container["args"].as_array().unwrap();
    assert_eq!(args[1..], ["submit", "--working-dir", ".", "--", "python", "prepare.py"].map(Value::from));
}

#[test]
fn another_text_of_a_script_is_another_job() {
    let name = |text: &str| {
        let made = made_with("", &format!("{SCRIPT}{WORKERS}"), &[("vision/prepare.py", text)]);
        made.only("Job")["metadata"]["name"].clone()
    };
    assert_ne!(name("import ray\n"), name("import ray  # once more\n"));
}

#[test]
fn a_script_that_does_not_exist_is_an_error_at_its_key() {
    let made = made(&format!("{SCRIPT}{WORKERS}"));
    assert_eq!(made.problems, ["unreadable-file: `teams/vision/prepare.py` does not exist @ 2"]);
}

#[test]
fn a_script_has_the_name_of_a_key_of_a_config_map() {
    let team = SCRIPT.replace("prepare.py", "my script.py");
    let made = made_with("", &format!("{team}{WORKERS}"), &[("vision/my script.py", "")]);
    assert_eq!(made.problems, ["invalid-name: `my script.py` is no name for a file in a ConfigMap @ 2"]);
}

#[test]
fn a_submission_of_nothing_is_an_error() {
    let made = made(&format!("[clusters.train]\nsubmit.prepare = {{}}\n{WORKERS}"));
    assert_eq!(made.problems, ["missing-entrypoint: `prepare` submits nothing to `vision-train` @ 2"]);
}

#[test]
fn a_submission_fits_the_label_that_carries_its_name() {
    let key = "n".repeat(63 - "vision-train-".len() - 9);
    assert_eq!(
        made(&format!("{}{WORKERS}", SUBMIT.replace("prepare.", &format!("{key}.")))).problems,
        Vec::<String>::new()
    );
    let problems = made(&format!("{}{WORKERS}", SUBMIT.replace("prepare.", &format!("{key}n.")))).problems;
    assert!(problems[0].starts_with("long-job-name: "), "{problems:#?}");
}

/// The text is read by KubeRay and then by Ray, so it must survive both.
#[test]
fn a_runtime_env_is_a_document_in_a_document() {
    let made = made(&format!("{NIGHTLY}runtime-env.env_vars = {{ NORWAY = \"no\" }}\n{WORKERS}"));
    let (_, text) = made.files.iter().find(|(path, _)| path.ends_with("rayjob-vision-nightly.yaml")).unwrap();
    assert!(text.contains("  runtimeEnvYAML: |\n    env_vars:\n      NORWAY: \"no\"\n"), "{text}");
}
