//! Limits: what counts, and what a patch cannot evade.

use super::workspace::found;

const HEAD: &str = "[clusters.train.head]\ncpu = 1\nmemory = \"8Gi\"\n\n";

/// The policy, the team and where which rule is found in it.
fn assert_found(cases: &[(&str, &str, &[&str])]) {
    for (policy, team, expected) in cases {
        let platform = format!("[policy]\n{policy}\n");
        assert_eq!(found(&platform, &[("vision", &format!("{HEAD}{team}"))]), *expected, "{policy}\n{team}");
    }
}

#[test]
fn groups_and_teams_are_counted_at_their_greatest() {
    const CPU: &str = "[clusters.train.workers.cpu]\ncpu = 3\nmemory = \"12Gi\"\nmax = 4\n";
    const GPU: &str =
        "[clusters.train.workers.gpu]\ncpu = 6\nmemory = \"24Gi\"\nmax = 4\nhosts = 2\ngpu = { count = 2 }\n";
    assert_found(&[
        ("max-gpus-per-group = 16", GPU, &[]),
        ("max-gpus-per-group = 15", GPU, &["over-gpu-limit vision:8"]),
        ("max-gpus-per-team = 15", GPU, &["over-gpu-limit vision:8"]),
        ("max-gpus-per-team = 0", CPU, &[]),
        ("max-cpus-per-group = 12", CPU, &[]),
        ("max-cpus-per-group = \"11500m\"", CPU, &["over-quota vision:8"]),
        ("max-cpus-per-team = 13", CPU, &[]),
        ("max-cpus-per-team = 12", CPU, &["over-quota vision:8"]),
        ("max-memory-per-team = \"56Gi\"", CPU, &[]),
        ("max-memory-per-team = \"55Gi\"", CPU, &["over-quota vision:8"]),
        ("max-replicas-per-group = 3", CPU, &["over-quota vision:8"]),
        ("max-replicas-per-team = 4", GPU, &[]),
    ]);
}

#[test]
fn sums_are_per_environment_and_reported_at_the_greatest_group() {
    let team = "environments = [\"prod\", \"lab\"]\n[clusters.a.workers.cpu]\ncpu = 1\nmemory = \"4Gi\"\nmax = 4\n\
                [clusters.b.workers.cpu]\ncpu = 1\nmemory = \"4Gi\"\nmax = 6\n[override.lab.clusters.b.workers.cpu]\nmax = 1\n";
    let lab = "[environments.lab]\neks-cluster = \"lab\"\nregion = \"us-west-2\"\nzones = [\"us-west-2a\"]\n\
               node-role = \"lab\"\nami = \"al2023@v20260810\"\nkarpenter = { interruption-queue = \"lab\" }\n";
    let policy = |most: u32| format!("{lab}[policy]\nmax-replicas-per-team = {most}\n");
    assert_eq!(found(&policy(10), &[("vision", team)]), [""; 0]);
    assert_eq!(found(&policy(9), &[("vision", team)]), ["over-quota vision:9"]);
}

#[test]
fn patches_and_escape_hatches_count() {
    const CPU: &str = "[clusters.train.workers.cpu]\ncpu = 3\nmemory = \"12Gi\"\nmax = 4\n";
    let sidecar = format!(
        "{CPU}[clusters.train.workers.cpu.pod]\ncontainers = [{{ name = \"log\", image = \"quay.io/a/b:1\", \
         resources = {{ limits = {{ cpu = \"1\", memory = \"1Gi\" }}, requests = {{ cpu = \"1\", memory = \"1Gi\" }} }} }}]\n"
    );
    let patched = format!(
        "{CPU}[[clusters.train.patch]]\nkind = \"RayCluster\"\nmerge = {{ spec = {{ rayVersion = \"2.54.0\" }} }}\n"
    );
    let rules = |policy: &str, team: &str| -> Vec<String> {
        let found = found(&format!("[policy]\n{policy}\n"), &[("vision", &format!("{HEAD}{team}"))]);
        found.iter().map(|line| line.split(' ').next().unwrap().to_owned()).collect()
    };
    assert!(rules("max-cpus-per-group = 12", &sidecar).contains(&"over-quota".to_owned()));
    assert!(rules("allowed-registries = [\"rayproject/\"]", &sidecar).contains(&"disallowed-registry".to_owned()));
    assert!(rules("allowed-ray-versions = [\"2.52\"]", &patched).contains(&"disallowed-ray-version".to_owned()));
}

#[test]
fn a_registry_ends_where_a_part_of_the_name_ends() {
    let cases = [
        ("rayproject/", "docker.io/rayproject/ray:2.52.0", true),
        ("docker.io/rayproject", "rayproject/ray:2.52.0", true),
        ("quay.io/acme/ray", "quay.io/acme/ray:2.52.0", true),
        ("quay.io/acme/ray", "quay.io/acme/rayon:2.52.0", false),
        ("quay.io/", "quay.io.evil.example/ray:2.52.0", false),
        ("rayproject/", "evil.example/rayproject/ray:2.52.0", false),
        ("localhost:5000/", "localhost:5000/ray:2.52.0", true),
    ];
    for (registry, image, allowed) in cases {
        let team = format!("{HEAD}[clusters.train]\nimage = \"{image}\"\n");
        let found = found(&format!("[policy]\nallowed-registries = [\"{registry}\"]\n"), &[("vision", &team)]);
        let refused = found.iter().any(|line| line.starts_with("disallowed-registry"));
        assert_eq!(!refused, allowed, "{registry} {image}: {found:?}");
    }
}

#[test]
fn a_pool_that_names_no_family_may_launch_any() {
    let families = |line: &str| {
        let team = format!(
            "[clusters.train.head]\ninstance-families = [\"m7i\"]\n\n[clusters.train.workers.cpu]\ncpu = 3\nmemory = \"12Gi\"\nmax = 4\n{line}\n"
        );
        let found = found("[policy]\nallowed-instance-families = [\"m7i\", \"g5\"]\n", &[("vision", &team)]);
        found.into_iter().filter(|line| line.starts_with("disallowed")).collect::<Vec<_>>()
    };
    assert_eq!(families("instance-families = [\"m7i\"]"), [""; 0]);
    assert_eq!(families("instance-types = [\"m7i.xlarge\", \"m7i.2xlarge\"]"), [""; 0]);
    assert_eq!(families("instance-types = [\"m7i.xlarge\", \"c7i.2xlarge\"]"), ["disallowed-instance-family vision:8"]);
    assert_eq!(families(""), ["disallowed-instance-family vision:4"]);
    assert_eq!(families("gpu = { model = \"a10g\" }"), ["disallowed-instance-family vision:4"]);
}

#[test]
fn a_policy_for_an_environment_that_does_not_exist_keeps_nothing() {
    assert_eq!(found("[policy.environments]\nprd = [\"vision\"]\n", &[]), ["unknown-environment _platform:2"]);
}

#[test]
fn what_a_default_sets_is_an_error_of_the_team_that_the_platform_can_waive() {
    let policy = "[policy]\nallowed-capacity-types = [\"spot\"]\n";
    let team = [("vision", "[clusters.train]\n")];
    assert_eq!(found(policy, &team), ["disallowed-capacity-type vision:1"]);
    let waived =
        format!("{policy}[[allow]]\nrule = \"disallowed-capacity-type\"\nreason = \"heads\"\nteam = \"vision\"\n");
    assert_eq!(found(&waived, &team), [""; 0]);
}
