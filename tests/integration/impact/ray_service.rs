//! A RayService: Serve's config in place, the cluster beside itself.

use raygen::impact::Verdict::{self, Absorbed, Ignored, Live, NewCluster, Pending, Rejected, Scale, Stop, Unaffected};
use raygen::json;
use raygen::json::Value;

use super::Edit::{self, Object, Spec};
use super::{assessed, of_kind, rendered, verdicts, with};

const SERVICE: &str = r#"
[services.chat]
auth = { secret = "token" }
[[services.chat.serve-config.applications]]
import_path = "chat:app"
[services.chat.workers.a]
cpu = 3
memory = "12Gi"
min = 1
max = 4
[services.chat.workers.b]
cpu = 3
memory = "12Gi"
max = 4
"#;

const A: &str = "[override.prod.services.chat.workers.a]\n";
const C: &str = "[services.chat.workers.c]\ncpu = 3\nmemory = \"12Gi\"\nmax = 2";
const GROUP: &str = "/spec/rayClusterConfig/workerGroupSpecs/0";

fn rows() -> Vec<(&'static str, Edit, &'static [Verdict])> {
    vec![
        ("minReplicas", Spec(A, "[override.prod.services.chat.workers.a]\nmin = 2"), &[Ignored]),
        ("maxReplicas", Spec(A, "[override.prod.services.chat.workers.a]\nmax = 8"), &[Ignored]),
        ("replicas", Object("/spec/rayClusterConfig/workerGroupSpecs/0/replicas", json!(1), json!(2)), &[Ignored]),
        (
            "workersToDelete",
            Object(
                "/spec/rayClusterConfig/workerGroupSpecs/0/scaleStrategy",
                Value::Null,
                json!({"workersToDelete": ["x"]}),
            ),
            &[Ignored],
        ),
        (
            "worker tolerations",
            Spec(A, "[override.prod.services.chat.workers.a]\ntolerations = [{ key = \"x\", value = \"y\" }]"),
            &[Ignored],
        ),
        (
            "head schedulingGates",
            Object(
                "/spec/rayClusterConfig/headGroupSpec/template/spec/schedulingGates",
                Value::Null,
                json!([{"name": "x"}]),
            ),
            &[Ignored],
        ),
        ("the cluster's suspend", Object("/spec/rayClusterConfig/suspend", Value::Null, json!(true)), &[Ignored]),
        ("append a group", Spec("", C), &[Scale]),
        ("remove a group", Spec(C, ""), &[NewCluster]),
        ("worker image", Spec(A, "[override.prod.services.chat.workers.a]\nimage = \"ray:2\""), &[NewCluster]),
        ("head env", Spec("", "[override.prod.services.chat.head]\nenv.A = \"1\""), &[NewCluster]),
        ("rayVersion", Spec("", "[override.prod.services.chat]\nray-version = \"2.55.0\""), &[NewCluster]),
        ("autoscaler", Spec("", "[override.prod.services.chat.autoscaling]\nidle-timeout = \"9m\""), &[NewCluster]),
        (
            "serveConfigV2",
            Object(
                "/spec/serveConfigV2",
                json!("applications:\n- import_path: a:b\n"),
                json!("applications:\n- import_path: a:c\n"),
            ),
            &[Live],
        ),
        ("excludeHeadPodFromServeSvc", Spec("", "[override.prod.services.chat]\nexclude-head-pod = true"), &[Live]),
        (
            "serveService alone",
            Spec("", "[override.prod.services.chat.serve-service]\nannotations.a = \"b\""),
            &[Pending],
        ),
        ("suspend", Spec("", "[override.prod.services.chat]\nsuspend = true"), &[Stop]),
        ("resume", Spec("[override.prod.services.chat]\nsuspend = true", ""), &[Scale]),
        ("deletion delay", Spec("", "[override.prod.services.chat]\ncluster-deletion-delay = \"10m\""), &[Live]),
        ("None to NewCluster", Object("/spec/upgradeStrategy/type", json!("None"), json!("NewCluster")), &[NewCluster]),
        ("NewCluster to None", Object("/spec/upgradeStrategy/type", json!("NewCluster"), json!("None")), &[Live]),
        ("managedBy", Object("/spec/managedBy", json!("ray.io/kuberay-operator"), json!("x")), &[Rejected]),
        (
            "managedBy another",
            Object("/spec/managedBy", Value::Null, json!("kueue.x-k8s.io/multikueue")),
            &[Verdict::Orphan],
        ),
        (
            "a strategy in the cluster",
            Object("/spec/rayClusterConfig/upgradeStrategy", Value::Null, json!({"type": "Recreate"})),
            &[Rejected],
        ),
        ("thresholds", Object("/spec/serviceUnhealthySecondThreshold", Value::Null, json!(1)), &[Unaffected]),
        ("labels", Object("/metadata/labels/a", Value::Null, json!("b")), &[Live]),
    ]
}

#[test]
fn every_change_of_a_service_has_its_verdicts() {
    for (what, edit, expected) in rows() {
        let (old, new) = edit.sides(SERVICE, "RayService");
        assert_eq!(verdicts(&old, &new, ("1.7.0", "1.7.0")), expected, "{what}");
    }
}

fn service() -> Value {
    of_kind(&rendered(SERVICE), "RayService")
}

fn with_image(service: &Value) -> Value {
    with(service, &format!("{GROUP}/template/spec/containers/0/image"), &json!("ray:2"))
}

/// What does nothing alone comes with the cluster that another change makes.
#[test]
fn a_new_cluster_brings_everything() {
    let (old, new) = (service(), with(&with_image(&service()), &format!("{GROUP}/maxReplicas"), &json!(9)));
    assert_eq!(verdicts(&old, &new, ("1.7.0", "1.7.0")), [NewCluster]);
    let new = with(&with_image(&service()), "/spec/serveService", &json!({"metadata": {"annotations": {"a": "b"}}}));
    assert_eq!(verdicts(&old, &new, ("1.7.0", "1.7.0")), [NewCluster, Live]);
}

/// An appended group writes the whole spec to the running cluster, numbers included.
#[test]
fn an_appended_group_brings_the_numbers() {
    let old = service();
    let new =
        of_kind(&rendered(&format!("{SERVICE}{C}\n[override.prod.services.chat.workers.a]\nmax = 8\n")), "RayService");
    assert_eq!(verdicts(&old, &new, ("1.7.0", "1.7.0")), [Scale]);
}

#[test]
fn a_group_in_the_middle_is_no_appended_one() {
    let old = service();
    let mut new = service();
    let groups = new.pointer_mut("/spec/rayClusterConfig/workerGroupSpecs").unwrap().as_array_mut().unwrap();
    let mut group = groups[0].clone();
    group["groupName"] = json!("between");
    groups.insert(1, group);
    assert_eq!(verdicts(&old, &new, ("1.7.0", "1.7.0")), [NewCluster]);
}

#[test]
fn the_strategy_decides() {
    let strategy = |strategy: &str| with(&service(), "/spec/upgradeStrategy/type", &json!(strategy));
    let same = ("1.7.0", "1.7.0");
    assert_eq!(verdicts(&strategy("None"), &with_image(&strategy("None")), same), [Ignored]);
    let step_by_step = strategy("NewClusterWithIncrementalUpgrade");
    let reason = assessed(std::slice::from_ref(&step_by_step), &[with_image(&step_by_step)], same, |object| {
        assert_eq!(object.verdict(), NewCluster);
        object.effects[0].reason.clone()
    });
    assert!(reason.contains("step by step"), "{reason}");
}

#[test]
fn an_operator_upgrade_absorbs_the_cluster_and_writes_the_numbers() {
    let upgrade = ("1.6.2", "1.7.0");
    assert_eq!(verdicts(&service(), &with_image(&service()), upgrade), [Absorbed]);
    let numbers = with(&service(), &format!("{GROUP}/maxReplicas"), &json!(9));
    assert_eq!(verdicts(&service(), &numbers, upgrade), [Scale]);
}

#[test]
fn nothing_is_made_for_a_suspended_service() {
    let suspended = with(&service(), "/spec/suspend", &json!(true));
    assert_eq!(verdicts(&suspended, &with_image(&suspended), ("1.7.0", "1.7.0")), [Live]);
}

/// Tolerations left the hash with 1.5.2.
#[test]
fn older_operators_hash_tolerations() {
    let tolerations = with(&service(), &format!("{GROUP}/template/spec/tolerations/0/value"), &json!("b"));
    assert_eq!(verdicts(&service(), &tolerations, ("1.5.1", "1.5.1")), [NewCluster]);
    assert_eq!(verdicts(&service(), &tolerations, ("1.6.2", "1.6.2")), [Ignored]);
}
