//! Health checks, run on statuses as the operators write them: Lua as Argo CD does, CEL as Flux does.

use std::fs;

use cel::{Context, Env};
use raygen::health;
use raygen::json::Value;
use raygen::objects;
use rilua::{Lua, LuaApiMut, StdLib};

/// Objects of a file of `tests/health`.
fn recorded(file: &str) -> Vec<Value> {
    let path = format!("{}/tests/health/{file}.yaml", env!("CARGO_MANIFEST_DIR"));
    let read = objects::from_texts([(file, fs::read_to_string(path).unwrap().as_str())]);
    assert!(read.diagnostics.is_empty(), "{:#?}", read.diagnostics);
    read.objects.into_iter().map(|object| object.value).collect()
}

/// A value as Lua writes it.
fn literal(value: &Value) -> String {
    let table = |fields: Vec<String>| format!("{{ {} }}", fields.join(", "));
    match value {
        Value::Null => "nil".to_owned(),
        Value::String(text) => format!("{text:?}"),
        Value::Array(items) => table(items.iter().map(literal).collect()),
        Value::Object(fields) => {
            table(fields.iter().map(|(key, value)| format!("[{key:?}] = {}", literal(value))).collect())
        }
        scalar => scalar.to_string(),
    }
}

/// What a check says about an object: status and message. Argo CD opens these libraries and no others
/// (`util/lua/lua.go`, runLuaWithResourceActions).
fn judged_by_argo_cd(lua: &str, object: &Value) -> (String, String) {
    let mut machine = Lua::new_with(StdLib::BASE | StdLib::STRING | StdLib::TABLE | StdLib::MATH).unwrap();
    let script = format!(
        "obj = {}\nlocal health = (function()\n{lua}\nend)()\nstatus, message = health.status, health.message or ''",
        literal(object)
    );
    machine.exec(&script).unwrap_or_else(|error| panic!("{object}: {error}"));
    (machine.global("status").unwrap(), machine.global("message").unwrap())
}

fn assert_judged(kind: &str, cases: &[(&str, &str, &str)]) {
    let check = health::ARGO_CD.iter().find(|check| check.kind == kind).unwrap();
    let objects = recorded(&kind.to_lowercase());
    assert_eq!(objects.len(), cases.len(), "every recorded status is a case");
    for (object, (name, status, message)) in objects.iter().zip(cases) {
        assert_eq!(object["metadata"]["name"], *name);
        let judged = judged_by_argo_cd(check.lua, object);
        assert_eq!(judged, ((*status).to_owned(), (*message).to_owned()), "{kind} {name}");
    }
}

#[test]
fn argo_cd_judges_ray_clusters() {
    assert_judged(
        "RayCluster",
        &[
            ("created", "Progressing", "KubeRay makes the pods"),
            (
                "waiting-for-its-head",
                "Progressing",
                "the head is not ready: containers with unready status: [ray-head]",
            ),
            ("waiting-for-workers", "Progressing", "workers that are ready: 1 of 2"),
            ("scaled-and-edited", "Healthy", "workers that are ready: 3 of 5"),
            ("over-quota", "Degraded", "pods \"over-quota-head\" is forbidden: exceeded quota: vision"),
            ("suspending", "Progressing", "pods are being deleted"),
            ("suspended", "Suspended", "suspended, all pods are gone"),
            ("ready-without-conditions", "Healthy", "workers that are ready: 1 of 1"),
            ("failed-without-conditions", "Degraded", "invalid RayCluster spec"),
        ],
    );
}

#[test]
fn argo_cd_judges_ray_services() {
    assert_judged(
        "RayService",
        &[
            ("created", "Progressing", "waits for KubeRay"),
            ("initializing", "Progressing", "RayService is initializing"),
            ("serving", "Healthy", "endpoints that serve: 2"),
            ("upgrading", "Progressing", "upgrades, endpoints that serve: 2"),
            (
                "failed-upgrade",
                "Degraded",
                "default is DEPLOY_FAILED: No module named 'chat'; other is UNHEALTHY: 1 replica died",
            ),
            ("refused", "Degraded", "ValidationFailed: headService metadata.name should not be set"),
            ("timed-out", "Degraded", "InitializingTimeout: not ready within 30m0s"),
            ("suspended", "Suspended", "suspended, its clusters are deleted"),
            ("running-without-conditions", "Healthy", "endpoints that serve: 1"),
        ],
    );
}

#[test]
fn argo_cd_judges_ray_jobs() {
    assert_judged(
        "RayJob",
        &[
            ("created", "Progressing", "waits for KubeRay"),
            ("initializing", "Progressing", "Initializing"),
            ("running", "Progressing", "Running"),
            ("retrying", "Progressing", "Retrying"),
            ("succeeded", "Healthy", "Job finished successfully."),
            ("stopped", "Degraded", "Job was intentionally stopped."),
            ("failed", "Degraded", "AppFailed: Job entrypoint command failed with exit code 1"),
            ("refused", "Degraded", "ValidationFailed: shutdownAfterJobFinishes is false"),
            ("suspended", "Suspended", "suspended, its cluster is gone"),
        ],
    );
}

#[test]
fn argo_cd_judges_ray_cron_jobs() {
    assert_judged(
        "RayCronJob",
        &[
            ("created", "Healthy", "waits for its first run"),
            ("scheduled", "Healthy", "last run at 2026-09-01T03:00:00Z"),
            ("suspended", "Suspended", "no new runs are scheduled"),
            ("refused", "Degraded", "KubeRay refuses the schedule or the job template, see the events"),
        ],
    );
}

/// Argo CD shows what it does not know as healthy, so a status that a script cannot read must not end it.
#[test]
fn checks_take_any_status() {
    let odd = [
        raygen::json!({}),
        raygen::json!({ "spec": {}, "status": {} }),
        raygen::json!({ "status": { "conditions": [] } }),
        raygen::json!({ "status": { "conditions": [{ "type": "Ready", "status": "False" }] } }),
        raygen::json!({ "status": { "conditions": [{ "type": "HeadPodReady", "status": "Unknown" }] } }),
        raygen::json!({ "status": { "jobDeploymentStatus": "Failed" } }),
        raygen::json!({ "status": { "activeServiceStatus": {}, "pendingServiceStatus": { "applicationStatuses": {} } } }),
    ];
    for check in health::ARGO_CD {
        for object in &odd {
            let (status, _) = judged_by_argo_cd(check.lua, object);
            assert!(["Healthy", "Progressing", "Degraded", "Suspended"].contains(&status.as_str()), "{status}");
        }
    }
}

/// What Flux says about an object (fluxcd/pkg `runtime/cel/status_evaluator.go`): in progress while the observed generation
/// lags, then failed, then current; an expression that cannot be evaluated yet decides nothing.
fn judged_by_flux(object: &Value) -> &'static str {
    let kind = object["kind"].as_str().unwrap();
    let expressions = health::FLUX.iter().find(|each| each.kind == kind).unwrap();
    assert_eq!(object["apiVersion"], expressions.api_version);
    let observed = &object["status"]["observedGeneration"];
    if observed.is_number() && *observed != object["metadata"]["generation"] {
        return "in progress";
    }
    let holds = |expression: &str| {
        let env = std::sync::Arc::new(Env::stdlib());
        let program = env.compile(expression).unwrap();
        let mut context = Context::with_env(env);
        for (name, value) in object.as_object().unwrap() {
            context.add_variable(name, value).unwrap();
        }
        matches!(program.execute(&context), Ok(cel::Value::Bool(true)))
    };
    if holds(expressions.failed) {
        "failed"
    } else if holds(expressions.current) {
        "current"
    } else {
        "in progress"
    }
}

#[test]
fn flux_judges_what_it_watches() {
    let mut judged: Vec<(String, &str)> = Vec::new();
    for object in ["raycluster", "rayservice", "karpenter"].into_iter().flat_map(recorded) {
        let name = format!("{} {}", object["kind"].as_str().unwrap(), object["metadata"]["name"].as_str().unwrap());
        judged.push((name, judged_by_flux(&object)));
    }
    let other: Vec<(&str, &str)> = judged
        .iter()
        .map(|(name, status)| (name.as_str(), *status))
        .filter(|(_, status)| *status != "in progress")
        .collect();
    let expected = [
        ("RayCluster over-quota", "failed"),
        ("RayService serving", "current"),
        ("RayService upgrading", "current"),
        ("RayService failed-upgrade", "failed"),
        ("RayService refused", "failed"),
        ("RayService timed-out", "failed"),
        ("NodePool ready", "current"),
        ("EC2NodeClass without-subnets", "failed"),
    ];
    assert_eq!(other, expected);
    // The reason why a RayCluster that is edited without new pods is not watched.
    assert!(judged.contains(&("RayCluster scaled-and-edited".to_owned(), "in progress")));
    let mut caught_up =
        recorded("raycluster").into_iter().find(|object| object["metadata"]["name"] == "scaled-and-edited").unwrap();
    caught_up["status"]["observedGeneration"] = caught_up["metadata"]["generation"].clone();
    assert_eq!(judged_by_flux(&caught_up), "current");
}
