//! Cases of the rules for Karpenter.

use super::{TEAM, assert_raised, raised};

fn team(lines: &str) -> String {
    format!("{TEAM}{lines}\n")
}

#[test]
fn a_budget_of_no_underutilized_node_makes_consolidation_safe() {
    let with = |budgets: &str| {
        raised(
            "",
            &team(&format!("node-pool = {{ consolidation = \"WhenEmptyOrUnderutilized\", budgets = [{budgets}] }}")),
        )
    };
    assert!(with("{ nodes = \"0\", reasons = [\"Underutilized\"] }").is_empty());
    assert!(with("{ nodes = \"0\" }").is_empty());
    assert!(
        with("{ nodes = \"0\", schedule = \"0 9 * * *\", duration = \"8h\" }").contains("disruptive-consolidation")
    );
    assert!(with("{ nodes = \"1\", reasons = [\"Underutilized\"] }").contains("disruptive-consolidation"));
}

#[test]
fn karpenter_keeps_away_from_workers_that_say_so() {
    let text = team(
        "node-pool.consolidation = \"WhenEmptyOrUnderutilized\"\npod-annotations = { \"karpenter.sh/do-not-disrupt\" = \"true\" }",
    );
    assert!(raised("", &text).is_empty());
}

#[test]
fn empty_nodes_may_stay_for_ever_but_not_for_seconds() {
    assert!(raised("", &team("node-pool.consolidate-after = \"Never\"")).is_empty());
    assert!(raised("", &team("node-pool.consolidate-after = \"10s\"")).contains("disruptive-consolidation"));
}

#[test]
fn a_grace_period_takes_the_protection_of_heads_away() {
    let head = "[clusters.train.head]\ncpu = 3\nmemory = \"12Gi\"\n";
    let text = format!("{head}node-pool = {{ expire-after = \"Never\", termination-grace-period = \"1h\" }}\n");
    assert!(raised("", &text).contains("expiring-head"));
    let unprotected = format!(
        "{head}node-pool.expire-after = \"720h\"\npod-annotations = {{ \"karpenter.sh/do-not-disrupt\" = \"false\" }}\n"
    );
    assert!(raised("", &unprotected).is_empty());
}

#[test]
fn shared_pools_are_judged_by_the_pods_on_them() {
    let pool = "[pools.shared]\ninstance-families = [\"m7i\", \"m7a\"]\ncapacity-type = [\"spot\"]\n";
    let workers = "[clusters.train.workers.cpu]\ncpu = 3\nmemory = \"12Gi\"\nmax = 4\npool = \"shared\"\n";
    assert!(raised(pool, workers).contains("spot-without-fallback"));
    assert_eq!(raised(pool, TEAM), ["unused-pool"].into(), "without pods there is nothing to judge");
}

#[test]
fn further_cases() {
    let cases: [(String, &[&str]); 14] = [
        (team("node-pool.budgets = []"), &["invalid-budget"]),
        (team("node-pool.budgets = [{ nodes = \"1\", reasons = [] }]"), &["invalid-budget"]),
        (team("node-pool.ami = \"bottlerocket@latest\""), &["floating-ami"]),
        (team("node-pool.ami = \"al2023@2026-08-10\""), &["invalid-ami-alias"]),
        (
            team(
                "zones = [\"us-west-2a\"]\nrequirements = [{ key = \"topology.ebs.csi.aws.com/zone\", operator = \"In\", values = [\"us-west-2b\"] }]",
            ),
            &["contradictory-requirements"],
        ),
        (
            team(
                "requirements = [{ key = \"karpenter.k8s.aws/instance-cpu\", operator = \"Gt\", values = [\"1000\"] }]",
            ),
            &["contradictory-requirements"],
        ),
        (
            team("requirements = [{ key = \"kubernetes.io/arch\", operator = \"DoesNotExist\" }]"),
            &["contradictory-requirements"],
        ),
        (
            team(
                "requirements = [{ key = \"karpenter.k8s.aws/instance-cpu\", operator = \"NotIn\", values = [\"6\"] }]",
            ),
            &[],
        ),
        (
            team(
                "node-pool.taints = [{ key = \"a\", value = \"1\", effect = \"NoSchedule\" }, { key = \"a\", value = \"1\", effect = \"NoExecute\" }]",
            ),
            &[],
        ),
        (team("node-pool.tags = { \"app.kubernetes.io/version\" = \"1.2.3\" }"), &["provenance-in-template"]),
        (team("node-pool.annotations = { \"example.com/source\" = \"https://git@example.com/ray\" }"), &[]),
        (team("pod-annotations = { \"karpenter.sh/do-not-disrupt\" = \"30m\" }"), &[]),
        (team("pod-annotations = { \"karpenter.sh/do-not-evict\" = \"true\" }"), &["invalid-do-not-disrupt"]),
        (team("node-pool = { instance-store = \"RAID0\", disk = { size = \"20Gi\" } }"), &[]),
    ];
    let cases: Vec<(&str, &[&str])> = cases.iter().map(|(text, expected)| (text.as_str(), *expected)).collect();
    assert_raised(&cases);
}
