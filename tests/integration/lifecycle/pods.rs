//! How pods are probed and spread.

use raygen::json;
use raygen::json::Value;

use super::{HEAD, WORKER, assert_only, cluster, problems, service, told, worker};

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
