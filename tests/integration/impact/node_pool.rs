//! NodePools: what is in Karpenter's hash rolls nodes, what is compared rolls those that no longer fit.

use raygen::impact::Verdict::{self, Drain, Live, Pending, Rejected, Roll, Scale, Stale, Unaffected};
use raygen::json;
use raygen::json::Value;

use super::Edit::{self, Object, Spec};
use super::{assessed, of_kind, rendered, verdicts, with};

/// The head's pool is shared, so that the worker group's is the only one.
const POOL: &str = r#"
[clusters.train.head]
cpu = 3
memory = "12Gi"
[clusters.train.workers.a]
cpu = 3
memory = "12Gi"
max = 4
zones = ["us-west-2a", "us-west-2b"]
instance-families = ["m7i", "m7a"]
"#;

const TEMPLATE: &str = "/spec/template/spec";

/// Endings of the spec that change the group `a`.
macro_rules! group {
    ($keys:literal) => {
        concat!("[override.prod.clusters.train.workers.a]\n", $keys)
    };
}

fn rows() -> Vec<(&'static str, Edit, &'static [Verdict])> {
    vec![
        ("template labels", Spec("", group!("node-pool.labels.a = \"b\"")), &[Roll]),
        ("template annotations", Spec("", group!("node-pool.annotations.a = \"b\"")), &[Roll]),
        ("taints", Spec("", group!("node-pool.taints = [{ key = \"x\", effect = \"NoSchedule\" }]")), &[Roll]),
        (
            "startupTaints",
            Spec("", group!("node-pool.startup-taints = [{ key = \"x\", effect = \"NoSchedule\" }]")),
            &[Roll],
        ),
        ("nodeClassRef.name", Spec("", group!("node-pool.disk.size = \"300Gi\"")), &[Roll]),
        ("expireAfter", Spec("", group!("node-pool.expire-after = \"100h\"")), &[Roll]),
        ("terminationGracePeriod", Spec("", group!("node-pool.termination-grace-period = \"1h\"")), &[Roll]),
        (
            "order of taints",
            Object(
                "/spec/template/spec/taints",
                json!([{"key": "a", "effect": "NoSchedule"}, {"key": "b", "effect": "NoSchedule"}]),
                json!([{"key": "b", "effect": "NoSchedule"}, {"key": "a", "effect": "NoSchedule"}]),
            ),
            &[Unaffected],
        ),
        ("nodeClassRef.group", Object("/spec/template/spec/nodeClassRef/group", json!("a"), json!("b")), &[Rejected]),
        ("nodeClassRef.kind", Object("/spec/template/spec/nodeClassRef/kind", json!("a"), json!("b")), &[Rejected]),
        ("fewer zones", Spec("", group!("zones = [\"us-west-2a\"]")), &[Roll]),
        ("more zones", Spec(group!("zones = [\"us-west-2a\"]"), ""), &[Live]),
        ("fewer families", Spec("", group!("instance-families = [\"m7i\"]")), &[Roll]),
        ("more families", Spec("", group!("instance-families = [\"m7i\", \"m7a\", \"m6i\"]")), &[Live]),
        ("other families", Spec("", group!("instance-families = [\"m7i\", \"m6i\"]")), &[Roll]),
        ("order of families", Spec("", group!("instance-families = [\"m7a\", \"m7i\"]")), &[Unaffected]),
        (
            "a new requirement",
            Spec(
                "",
                group!(
                    "requirements = [{ key = \"karpenter.k8s.aws/instance-hypervisor\", operator = \"In\", values = [\"nitro\"] }]"
                ),
            ),
            &[Roll],
        ),
        (
            "one requirement less",
            Spec(
                group!(
                    "requirements = [{ key = \"karpenter.k8s.aws/instance-hypervisor\", operator = \"In\", values = [\"nitro\"] }]"
                ),
                "",
            ),
            &[Live],
        ),
        ("weight", Spec("", group!("node-pool.weight = 5")), &[Live]),
        ("limits", Spec("", group!("node-pool.limits.cpu = 5")), &[Live]),
        ("consolidationPolicy", Spec("", group!("node-pool.consolidation = \"WhenEmptyOrUnderutilized\"")), &[Live]),
        ("consolidateAfter", Spec("", group!("node-pool.consolidate-after = \"9m\"")), &[Live]),
        ("budgets", Spec("", group!("node-pool.budgets = [{ nodes = \"1\" }]")), &[Live]),
        ("more replicas", Object("/spec/replicas", json!(1), json!(2)), &[Scale]),
        ("fewer replicas", Object("/spec/replicas", json!(2), json!(1)), &[Scale]),
        ("a static pool", Object("/spec/replicas", Value::Null, json!(2)), &[Rejected]),
        ("own labels", Object("/metadata/labels/a", Value::Null, json!("b")), &[Live]),
        ("own annotations", Object("/metadata/annotations", Value::Null, json!({"a": "b"})), &[Live]),
    ]
}

/// The pool of the group, which is rendered after the head's.
fn pool(team: &str) -> Value {
    let objects = rendered(team);
    objects.into_iter().rfind(|object| object["kind"] == "NodePool").unwrap()
}

#[test]
fn every_change_of_a_node_pool_has_its_verdicts() {
    for (what, edit, expected) in rows() {
        let (old, new) = match &edit {
            Spec(old, new) => (pool(&format!("{POOL}{old}")), pool(&format!("{POOL}{new}"))),
            Object(pointer, old, new) => (with(&pool(POOL), pointer, old), with(&pool(POOL), pointer, new)),
        };
        assert_ne!(old, new, "{what}");
        assert_eq!(verdicts(&old, &new, ("1.7.0", "1.7.0")), expected, "{what}");
    }
}

/// Bounds: `Gt` and `Lt` of one key are told apart.
#[test]
fn bounds_narrow_and_widen() {
    let bounds = |least: &str, most: &str| {
        let requirement = |operator: &str, value: &str| json!({"key": "karpenter.k8s.aws/instance-cpu", "operator": operator, "values": [value]});
        with(
            &pool(POOL),
            &format!("{TEMPLATE}/requirements"),
            &json!([requirement("Gt", least), requirement("Lt", most)]),
        )
    };
    let same = ("1.7.0", "1.7.0");
    assert_eq!(verdicts(&bounds("3", "9"), &bounds("2", "9"), same), [Live]);
    assert_eq!(verdicts(&bounds("3", "9"), &bounds("4", "9"), same), [Roll]);
    assert_eq!(verdicts(&bounds("3", "9"), &bounds("3", "17"), same), [Live]);
    assert_eq!(verdicts(&bounds("3", "9"), &bounds("3", "5"), same), [Roll]);
    // Numbers are compared as numbers.
    assert_eq!(verdicts(&bounds("3", "9"), &bounds("10", "17"), same), [Roll, Live]);
}

#[test]
fn a_budget_of_zero_holds_drift() {
    let budgets = |budgets: Value| with(&pool(POOL), "/spec/disruption/budgets", &budgets);
    let labelled = |pool: &Value| with(pool, "/spec/template/metadata", &json!({"labels": {"a": "b"}}));
    let verdict = |value: Value| verdicts(&budgets(value.clone()), &labelled(&budgets(value)), ("1.7.0", "1.7.0"));
    assert_eq!(verdict(json!([{"nodes": "0", "reasons": ["Drifted"]}])), [Pending]);
    assert_eq!(verdict(json!([{"nodes": "0"}])), [Pending], "without reasons it is for all");
    assert_eq!(verdict(json!([{"nodes": "0", "reasons": ["Empty"]}])), [Roll]);
    assert_eq!(verdict(json!([{"nodes": "0", "schedule": "0 9 * * *", "duration": "8h"}])), [Roll], "it ends");
    assert_eq!(verdict(json!([])), [Roll]);
}

#[test]
fn a_pool_that_is_gone_takes_its_nodes() {
    let same = ("1.7.0", "1.7.0");
    let look =
        |pool: Value| assessed(&[pool], &[], same, |object| (object.verdict(), object.effects[0].reason.clone()));
    assert_eq!(look(pool(POOL)).0, Drain);
    let annotated = |key: &str, value: &str| with(&pool(POOL), "/metadata/annotations", &json!({key: value}));
    let (verdict, reason) = look(annotated("argocd.argoproj.io/sync-options", "Prune=confirm,Delete=confirm"));
    assert!(verdict == Drain && reason.contains("until somebody confirms"), "{reason}");
    assert_eq!(look(annotated("argocd.argoproj.io/sync-options", "Prune=false")).0, Stale);
    assert_eq!(look(annotated("kustomize.toolkit.fluxcd.io/prune", "Disabled")).0, Stale);
}

#[test]
fn a_pool_that_rolls_says_whose_pods_go() {
    let old = rendered(POOL);
    let new = rendered(&format!("{POOL}{}", group!("node-pool.labels.a = \"b\"")));
    let reason = assessed(&old, &new, ("1.7.0", "1.7.0"), |object| object.effects[0].reason.clone());
    assert!(reason.ends_with("; on them run pods of `vision/vision-train`"), "{reason}");
}

#[test]
fn a_renamed_group_is_a_pool_gone_and_a_pool_new() {
    let old = of_kind(&rendered(POOL), "NodePool");
    let new = with(&old, "/metadata/name", &json!("vision-train-other"));
    let (before, after) = (super::releases("1.7.0"), super::releases("1.7.0"));
    let (old, new) = ([old], [new]);
    let (old, new) = (super::side(&old, &before), super::side(&new, &after));
    let environments = raygen::impact::assess(&old, &new);
    let reasons: Vec<(Verdict, &str)> =
        environments[0].objects.iter().map(|object| (object.verdict(), object.effects[0].reason.as_str())).collect();
    assert_eq!(reasons[0].0, Drain);
    assert!(
        reasons[0].1.starts_with("renamed to `vision-train-other`, which is a deletion and a creation"),
        "{reasons:?}"
    );
    assert_eq!(reasons[1].0, Verdict::Created);
}
