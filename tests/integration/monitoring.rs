//! Monitors, alerts, and the dashboard's way to Prometheus and Grafana.

use std::collections::BTreeSet;

use raygen::check;
use raygen::json;
use raygen::json::Value;
use raygen::manifest::{self, Built};
use raygen::resolve::{self, Selection};
use raygen::workspace::Workspace;

use crate::rules::PLATFORM;

const TEAM: &str = "[clusters.train.workers.cpu]\ncpu = 3\nmemory = \"12Gi\"\nmax = 4\n";

/// Renders on the platform of the rules' pages, with more in its `monitoring` table.
fn build(monitoring: &str, team: &str) -> (Built, BTreeSet<&'static str>) {
    let platform = PLATFORM.replace("monitoring = { enabled = true }", "")
        + "\n[environments.prod.monitoring]\nenabled = true\n"
        + monitoring;
    let workspace = Workspace::from_texts(&platform, [("vision", team)]);
    let resolution = resolve::resolve(&workspace, &Selection::default());
    let built = manifest::build(&resolution);
    let checked = check::check(&workspace, &resolution, &built);
    (built, checked.diagnostics.iter().map(|diagnostic| diagnostic.rule).collect())
}

fn rendered(monitoring: &str, team: &str) -> Vec<Value> {
    let (built, found) = build(monitoring, team);
    assert!(found.is_empty(), "{found:?}");
    built.manifests.into_iter().map(|manifest| manifest.object).collect()
}

fn find<'a>(objects: &'a [Value], kind: &str) -> &'a Value {
    objects.iter().find(|object| object["kind"] == kind).unwrap()
}

fn alerts(objects: &[Value]) -> Vec<(String, String)> {
    let rules = find(objects, "PrometheusRule")["spec"]["groups"][0]["rules"].as_array().unwrap();
    let text = |rule: &Value, key: &str| rule[key].as_str().unwrap().to_owned();
    rules.iter().map(|rule| (text(rule, "alert"), text(rule, "expr"))).collect()
}

#[test]
fn the_head_is_scraped_once_at_all_its_metrics_ports() {
    for (head, kind, list) in
        [("service-monitor", "ServiceMonitor", "endpoints"), ("pod-monitor", "PodMonitor", "podMetricsEndpoints")]
    {
        let objects = rendered(&format!("head = \"{head}\"\n"), TEAM);
        let heads: Vec<&Value> = objects
            .iter()
            .filter(|object| object["metadata"]["name"] == "vision-train-head" && object["kind"] == kind)
            .collect();
        assert_eq!(heads.len(), 1);
        let endpoints = heads[0]["spec"][list].as_array().unwrap();
        let ports: Vec<&str> = endpoints.iter().map(|endpoint| endpoint["port"].as_str().unwrap()).collect();
        assert_eq!(ports, ["metrics", "as-metrics", "dash-metrics"]);
    }
}

#[test]
fn monitors_and_rules_may_stand_where_prometheus_looks() {
    let objects = rendered("namespace = \"monitoring\"\nrules = true\n", TEAM);
    for kind in ["ServiceMonitor", "PodMonitor"] {
        let monitor = find(&objects, kind);
        assert_eq!(monitor["metadata"]["namespace"], "monitoring");
        assert_eq!(monitor["spec"]["namespaceSelector"], json!({ "matchNames": ["vision"] }));
    }
    assert_eq!(find(&objects, "PrometheusRule")["metadata"]["namespace"], "monitoring");
}

#[test]
fn alerts_are_for_those_who_ask_and_about_their_own_metrics() {
    assert!(rendered("", TEAM).iter().all(|object| object["kind"] != "PrometheusRule"));
    let objects =
        rendered("labels = { release = \"prometheus\" }\nrules = true\nalert-labels = { pager = \"ml\" }\n", TEAM);
    let rule = find(&objects, "PrometheusRule");
    assert_eq!(rule["metadata"]["labels"]["release"], "prometheus");
    let labels = &rule["spec"]["groups"][0]["rules"][0]["labels"];
    assert_eq!(labels, &json!({ "pager": "ml", "severity": "critical", "team": "vision" }));
    let alerts = alerts(&objects);
    let names: Vec<&str> = alerts.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "RayHeadDown",
            "RayAutoscalerDown",
            "RayNodesPending",
            "RayWorkersDown",
            "RayOutOfMemory",
            "RayObjectsSpilled",
            "RayDiskFull"
        ]
    );
    for (name, expression) in &alerts {
        let metrics = expression.matches('{').count();
        let own = expression.matches("{namespace=\"vision\", ray_io_cluster=\"vision-train\"").count();
        assert!(own == metrics && own > 0, "{name}: {expression}");
    }
}

#[test]
fn alerts_are_about_what_the_workload_has() {
    let names = |team: &str| -> Vec<String> {
        alerts(&rendered("rules = true\n", team)).into_iter().map(|(name, _)| name).collect()
    };
    let fixed = format!("[clusters.train]\nautoscaling.enabled = false\n{TEAM}");
    assert!(!names(&fixed).iter().any(|name| name == "RayNodesPending" || name == "RayAutoscalerDown"));
    // A cluster without pods would be reported as down.
    let suspended = format!("[clusters.train]\nsuspend = true\n{TEAM}");
    assert!(rendered("rules = true\n", &suspended).iter().all(|object| object["kind"] != "PrometheusRule"));
}

#[test]
fn the_dashboard_finds_prometheus_and_grafana() {
    let hosts = "prometheus-host = \"http://prometheus:9090\"\nprometheus-name = \"Metrics\"\ngrafana-host = \"http://grafana\"\ngrafana-iframe-host = \"https://grafana.example.com\"\n";
    let env = |objects: &[Value], group: &str| {
        find(objects, "RayCluster").pointer(&format!("/spec/{group}/template/spec/containers/0/env")).cloned()
    };
    let objects = rendered(hosts, TEAM);
    assert_eq!(
        env(&objects, "headGroupSpec"),
        Some(json!([
            { "name": "RAY_GRAFANA_HOST", "value": "http://grafana" },
            { "name": "RAY_GRAFANA_IFRAME_HOST", "value": "https://grafana.example.com" },
            { "name": "RAY_PROMETHEUS_HOST", "value": "http://prometheus:9090" },
            { "name": "RAY_PROMETHEUS_NAME", "value": "Metrics" },
        ]))
    );
    assert_eq!(env(&objects, "workerGroupSpecs/0"), None);
    // A variable that the team sets itself stays.
    let own = rendered(hosts, &format!("[clusters.train.head]\nenv.RAY_GRAFANA_HOST = \"http://own\"\n{TEAM}"));
    assert_eq!(env(&own, "headGroupSpec").unwrap()[0]["value"], "http://own");
}

/// A job's cluster has a name with a random end, and is only there while the job runs.
#[test]
fn alerts_of_jobs_find_their_clusters() {
    let job = "[jobs.train]\nentrypoint = \"python train.py\"\nray-version = \"2.52.0\"\nimage = \"rayproject/ray:2.52.0\"\n[jobs.train.workers.cpu]\ncpu = 3\nmemory = \"12Gi\"\nmax = 4\n";
    let objects = rendered("rules = true\n", job);
    let down = alerts(&objects).remove(0).1;
    assert_eq!(
        down,
        "up{namespace=\"vision\", ray_io_cluster=~\"vision-train-[a-z0-9]{5}\", container=\"ray-head\", endpoint=\"metrics\"} == 0"
    );
}
