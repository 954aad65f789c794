//! Pods that fit nowhere, and pools that are too small for what always runs.

use super::{TEAM, raised};

#[test]
fn a_pod_larger_than_every_known_type_is_reported() {
    let huge = TEAM.replace("cpu = 3", "cpu = 500").replace("12Gi", "100Gi");
    assert!(raised("", &huge).contains("unschedulable-group"), "no instance type has 500 CPUs");
    let huge = TEAM.replace("12Gi", "64Ti");
    assert!(raised("", &huge).contains("unschedulable-group"), "no instance type has 64Ti");
    assert!(!raised("", TEAM).contains("unschedulable-group"));
}

/// Nodes count whole: four pods of 6 CPUs, each with the only GPU of a node of 8, take 32 CPUs and not 24.
#[test]
fn a_shared_pool_must_have_room_for_the_nodes_of_what_always_runs() {
    let raises = |cpus: u32| {
        let platform = format!(
            "[pools.shared]\ninstance-types = [\"g5.2xlarge\"]\nnode-pool = {{ limits = {{ cpu = {cpus} }} }}\n"
        );
        let team = "[clusters.train.head]\npool = \"shared\"\n[clusters.train.workers.gpu]\npool = \"shared\"\ncpu = 6\n\
                    memory = \"24Gi\"\ngpu = { model = \"a10g\", count = 1 }\nmin = 4\nmax = 8\n";
        raised(&platform, team).contains("insufficient-pool-limits")
    };
    assert!(raises(23));
    assert!(raises(26), "the fourth node does not start");
    assert!(!raises(64));
}
