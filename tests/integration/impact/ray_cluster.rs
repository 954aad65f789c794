//! A standalone RayCluster: each row with upgrade strategy `None` and with `Recreate`.

mod rows;

use raygen::impact::Verdict::{Absorbed, Data, Delete, Live, Mixed, Pending, Restart, Scale};
use raygen::json;
use raygen::json::Value;

use self::rows::FIXED;
use super::Edit::{self, Spec};
use super::{assessed, of_kind, rendered, verdicts, with};

const HEAD: &str = "/spec/headGroupSpec/template/spec";
const WORKER: &str = "/spec/workerGroupSpecs/0/template/spec";

#[test]
fn every_change_of_a_cluster_has_its_verdicts() {
    for (what, base, edit, none, recreate) in rows::all() {
        let (old, new) = edit.sides(base, "RayCluster");
        let strategy = |object: &Value, strategy: &str| with(object, "/spec/upgradeStrategy/type", &json!(strategy));
        for (name, expected) in [("None", none), ("Recreate", recreate)] {
            let found = verdicts(&strategy(&old, name), &strategy(&new, name), ("1.7.0", "1.7.0"));
            assert_eq!(found, expected, "{what} with {name}");
        }
    }
}

#[test]
fn the_strategy_itself() {
    let cluster = of_kind(&rendered(FIXED), "RayCluster");
    let recreate =
        of_kind(&rendered(&FIXED.replacen("autoscaling", "upgrade = \"recreate\"\nautoscaling", 1)), "RayCluster");
    let same = ("1.7.0", "1.7.0");
    assert_eq!(verdicts(&cluster, &recreate, same), [Restart], "what has piled up under None is applied at once");
    assert_eq!(verdicts(&recreate, &cluster, same), [Live]);
    assert_eq!(verdicts(&cluster, &recreate, ("1.6.2", "1.7.0")), [Absorbed]);
    // The operator acts on the strategy that it finds together with the change.
    let image = |object: &Value| with(object, "/spec/headGroupSpec/template/spec/containers/0/image", &json!("ray:2"));
    assert_eq!(verdicts(&cluster, &image(&recreate), same), [Restart]);
    assert_eq!(verdicts(&recreate, &image(&cluster), same), [Pending, Live]);
}

/// The first reconcile of another release takes the spec that it finds for applied.
#[test]
fn an_operator_upgrade_absorbs_what_comes_with_it() {
    let cluster = of_kind(&rendered(FIXED), "RayCluster");
    let recreate = with(&cluster, "/spec/upgradeStrategy/type", &json!("Recreate"));
    let image = |object: &Value| with(object, &format!("{WORKER}/containers/0/image"), &json!("ray:2"));
    let upgrade = ("1.6.2", "1.7.0");
    assert_eq!(verdicts(&recreate, &image(&recreate), upgrade), [Absorbed]);
    assert_eq!(verdicts(&cluster, &image(&cluster), upgrade), [Mixed], "without Recreate nothing is lost");
    let replicas = with(&recreate, "/spec/workerGroupSpecs/0/replicas", &json!(3));
    assert_eq!(verdicts(&recreate, &replicas, upgrade), [Scale], "numbers are not in the hash");
}

#[test]
fn older_operators_know_less() {
    let cluster = with(&of_kind(&rendered(FIXED), "RayCluster"), "/spec/upgradeStrategy/type", &json!("Recreate"));
    let hosts =
        with(&with(&cluster, "/spec/upgradeStrategy", &Value::Null), "/spec/workerGroupSpecs/0/numOfHosts", &json!(2));
    let plain = with(&cluster, "/spec/upgradeStrategy", &Value::Null);
    assert_eq!(verdicts(&plain, &hosts, ("1.5.1", "1.5.1")), [Scale], "no replica groups before 1.6");
    let image = with(&cluster, &format!("{HEAD}/containers/0/image"), &json!("ray:2"));
    assert_eq!(verdicts(&cluster, &image, ("1.5.1", "1.5.1")), [Pending], "no strategy before 1.6");
}

#[test]
fn nothing_restarts_that_is_suspended() {
    let suspended = with(&of_kind(&rendered(FIXED), "RayCluster"), "/spec/suspend", &json!(true));
    let suspended = with(&suspended, "/spec/upgradeStrategy/type", &json!("Recreate"));
    let image = with(&suspended, &format!("{HEAD}/containers/0/image"), &json!("ray:2"));
    assert_eq!(verdicts(&suspended, &image, ("1.7.0", "1.7.0")), [Live]);
    assert_eq!(verdicts(&suspended, &with(&image, "/spec/suspend", &Value::Null), ("1.7.0", "1.7.0")), [Scale, Live]);
}

#[test]
fn a_restart_says_what_survives_it() {
    let redis = format!("{FIXED}[clusters.train.fault-tolerance]\naddress = \"redis:6379\"\n");
    for (base, survives) in [(FIXED, false), (redis.as_str(), true)] {
        let old = with(&of_kind(&rendered(base), "RayCluster"), "/spec/upgradeStrategy/type", &json!("Recreate"));
        let new = with(&old, "/spec/rayVersion", &json!("2.55.0"));
        let reason = assessed(&[old], &[new], ("1.7.0", "1.7.0"), |object| object.effects[0].reason.clone());
        assert_eq!(reason.contains("the GCS finds its state again"), survives, "{reason}");
    }
}

#[test]
fn what_is_left_to_do_is_a_command() {
    let command = |edit: Edit| {
        let (old, new) = edit.sides(FIXED, "RayCluster");
        assessed(&[old], &[new], ("1.7.0", "1.7.0"), |object| object.effects[0].command.clone().unwrap())
    };
    assert_eq!(
        command(Spec("", "[override.prod.clusters.train.workers.a]\nimage = \"ray:2\"")),
        "kubectl delete pods --namespace vision --selector=ray.io/cluster=vision-train"
    );
    assert_eq!(
        command(Spec("", "[override.prod.clusters.train.service]\ntype = \"NodePort\"")),
        "kubectl delete service --namespace vision vision-train-head-svc"
    );
    assert_eq!(
        command(Spec("[clusters.train.workers.c]\ncpu = 3\nmemory = \"12Gi\"\nmax = 2", "")),
        "kubectl delete pods --namespace vision --selector=ray.io/cluster=vision-train,ray.io/group=c"
    );
}

#[test]
fn a_renamed_group_is_called_another_group() {
    let group = |name: &str| format!("[clusters.train.workers.{name}]\ncpu = 3\nmemory = \"12Gi\"\nmax = 2\n");
    let reason = |old: &str, new: &str| {
        let [old, new] = [old, new].map(|end| of_kind(&rendered(&format!("{FIXED}{end}")), "RayCluster"));
        assessed(&[old], &[new], ("1.7.0", "1.7.0"), |object| object.effects[0].reason.clone())
    };
    assert!(reason(&group("c"), &group("d")).starts_with("a group with another name is another group"));
    assert!(reason(&group("c"), "").starts_with("the operator visits only groups"));
}

#[test]
fn a_cluster_that_is_gone() {
    let cluster = of_kind(&rendered(FIXED), "RayCluster");
    let verdict = |object: Value| assessed(&[object], &[], ("1.7.0", "1.7.0"), |object| object.effects[0].verdict);
    assert_eq!(verdict(cluster.clone()), Delete);
    let rocks = json!({"backend": "rocksdb", "storage": {"size": "1Gi"}});
    assert_eq!(verdict(with(&cluster, "/spec/gcsFaultToleranceOptions", &rocks)), Data, "the claim goes with it");
    let kept = json!({"backend": "rocksdb", "storage": {"deletionPolicy": "Retain"}});
    assert_eq!(verdict(with(&cluster, "/spec/gcsFaultToleranceOptions", &kept)), Delete);
}
