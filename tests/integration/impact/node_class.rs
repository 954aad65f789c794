//! EC2NodeClasses: almost everything rolls the nodes of every pool that uses the class.

use raygen::impact::Verdict::{self, Drain, Live, Pending, Roll, Unaffected};
use raygen::json;
use raygen::json::Value;

use super::Edit::{self, Object};
use super::{assessed, of_kind, releases, rendered, side, verdicts, with};

const TEAM: &str = "[clusters.train.workers.a]\ncpu = 3\nmemory = \"12Gi\"\nmax = 4\n";

fn rows() -> Vec<(&'static str, Edit, &'static [Verdict])> {
    vec![
        ("tags", Object("/spec/tags", json!({"team": "a"}), json!({"team": "b"})), &[Roll]),
        ("userData", Object("/spec/userData", Value::Null, json!("x")), &[Roll]),
        ("role", Object("/spec/role", json!("a"), json!("b")), &[Roll]),
        ("instanceProfile", Object("/spec/instanceProfile", json!("a"), json!("b")), &[Roll]),
        ("disk", Object("/spec/blockDeviceMappings/0/ebs/volumeSize", json!("200Gi"), json!("300Gi")), &[Roll]),
        ("metadataOptions", Object("/spec/metadataOptions/httpPutResponseHopLimit", json!(1), json!(2)), &[Roll]),
        ("kubelet", Object("/spec/kubelet", Value::Null, json!({"maxPods": 20})), &[Roll]),
        ("amiFamily", Object("/spec/amiFamily", json!("AL2"), json!("AL2023")), &[Roll]),
        ("instanceStorePolicy", Object("/spec/instanceStorePolicy", Value::Null, json!("RAID0")), &[Roll]),
        ("networkInterfaces", Object("/spec/networkInterfaces", Value::Null, json!([])), &[Roll]),
        ("detailedMonitoring", Object("/spec/detailedMonitoring", Value::Null, json!(true)), &[Roll]),
        ("associatePublicIPAddress", Object("/spec/associatePublicIPAddress", Value::Null, json!(true)), &[Roll]),
        ("cpuOptions", Object("/spec/cpuOptions", Value::Null, json!({})), &[Roll]),
        (
            "AMIDrift",
            Object("/spec/amiSelectorTerms", json!([{"alias": "al2023@v1"}]), json!([{"alias": "al2023@v2"}])),
            &[Roll],
        ),
        (
            "SubnetDrift",
            Object("/spec/subnetSelectorTerms", json!([{"id": "subnet-1"}]), json!([{"id": "subnet-2"}])),
            &[Roll],
        ),
        (
            "SecurityGroupDrift",
            Object("/spec/securityGroupSelectorTerms", json!([{"id": "sg-1"}]), json!([{"id": "sg-2"}])),
            &[Roll],
        ),
        (
            "one subnet more",
            Object(
                "/spec/subnetSelectorTerms",
                json!([{"id": "subnet-1"}]),
                json!([{"id": "subnet-1"}, {"id": "subnet-2"}]),
            ),
            &[Live],
        ),
        (
            "one security group more",
            Object(
                "/spec/securityGroupSelectorTerms",
                json!([{"id": "sg-1"}]),
                json!([{"id": "sg-1"}, {"id": "sg-2"}]),
            ),
            &[Roll],
        ),
        (
            "order of subnets",
            Object(
                "/spec/subnetSelectorTerms",
                json!([{"id": "subnet-1"}, {"id": "subnet-2"}]),
                json!([{"id": "subnet-2"}, {"id": "subnet-1"}]),
            ),
            &[Unaffected],
        ),
        (
            "CapacityReservationDrift",
            Object("/spec/capacityReservationSelectorTerms", json!([{"id": "cr-1"}]), json!([{"id": "cr-2"}])),
            &[Roll],
        ),
        (
            "PlacementGroupDrift",
            Object("/spec/placementGroupSelector", json!({"name": "a"}), json!({"name": "b"})),
            &[Roll],
        ),
        ("ipPrefixCount", Object("/spec/ipPrefixCount", Value::Null, json!(1)), &[Pending]),
        ("own labels", Object("/metadata/labels/a", Value::Null, json!("b")), &[Live]),
        ("own annotations", Object("/metadata/annotations", Value::Null, json!({"owner": "b"})), &[Live]),
    ]
}

#[test]
fn every_change_of_a_node_class_has_its_verdicts() {
    for (what, edit, expected) in rows() {
        let (old, new) = edit.sides(TEAM, "EC2NodeClass");
        assert_eq!(verdicts(&old, &new, ("1.7.0", "1.7.0")), expected, "{what}");
    }
}

/// The budgets of the pools decide, and it takes all of them to hold nodes.
#[test]
fn the_pools_of_a_class_are_named_and_asked() {
    let objects = rendered(TEAM);
    let class = of_kind(&objects, "EC2NodeClass");
    let pools: Vec<Value> = objects.iter().filter(|object| object["kind"] == "NodePool").cloned().collect();
    let frozen =
        |pool: &Value| with(pool, "/spec/disruption/budgets", &json!([{"nodes": "0", "reasons": ["Drifted"]}]));
    let look = |pools: Vec<Value>| {
        let changed = with(&class, "/spec/userData", &json!("x"));
        let (mut old, mut new) = (pools.clone(), pools);
        old.push(class.clone());
        new.push(changed);
        assessed(&old, &new, ("1.7.0", "1.7.0"), |object| (object.verdict(), object.effects[0].reason.clone()))
    };
    let (verdict, reason) = look(pools.clone());
    assert_eq!(verdict, Roll);
    assert!(reason.contains("; its node pools: `vision-train-head`, `vision-train-a`"), "{reason}");
    assert_eq!(look(vec![pools[0].clone(), frozen(&pools[1])]).0, Roll);
    assert_eq!(look(pools.iter().map(frozen).collect()).0, Pending);
}

#[test]
fn a_class_that_is_gone() {
    let class = [of_kind(&rendered(TEAM), "EC2NodeClass")];
    let newest = releases("1.7.0");
    let environments = raygen::impact::assess(&side(&class, &newest), &side(&[], &newest));
    assert_eq!(environments[0].objects[0].verdict(), Drain);
}
