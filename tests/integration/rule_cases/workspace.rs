//! What nobody uses, what never counts, and what changes nothing.

use raygen::check;
use raygen::manifest;
use raygen::resolve::{self, Selection};
use raygen::workspace::Workspace;

const PLATFORM: &str = include_str!("../../rules/platform.toml");

/// "rule team:line" of all that is found, in the order of files; lines of the platform count from what is added to it.
pub(super) fn found(platform: &str, teams: &[(&str, &str)]) -> Vec<String> {
    let platform = format!("{PLATFORM}\n{platform}");
    let workspace = Workspace::from_texts(&platform, teams.iter().copied());
    let resolution = resolve::resolve(&workspace, &Selection::default());
    let checked = check::check(&workspace, &resolution, &manifest::build(&resolution));
    let show = |diagnostic: &raygen::diagnostic::Diagnostic| {
        let span = diagnostic.span.unwrap();
        let path = &workspace.sources.get(span.file).path;
        let name = path.trim_start_matches("teams/").trim_end_matches(".toml");
        let before = if name == "_platform" { PLATFORM.lines().count() + 1 } else { 0 };
        format!("{} {name}:{}", diagnostic.rule, workspace.sources.line_column(span).0.saturating_sub(before))
    };
    checked.diagnostics.iter().map(show).collect()
}

const WORKER: &str = "[clusters.train.workers.cpu]\ncpu = 3\nmemory = \"12Gi\"\nmax = 4\n";

#[test]
fn overrides_that_change_nothing_are_found_key_by_key() {
    let cases: [(&str, &[&str]); 8] = [
        ("[override.prod.clusters.train.workers.cpu]\nmax = 4\nmin = 1\n", &["redundant-override vision:6"]),
        // A default counts like the team's own value.
        ("[override.prod.clusters.train.workers.cpu]\nhosts = 1\n", &["redundant-override vision:6"]),
        ("[override.prod.clusters.train]\nautoscaling.idle-timeout = \"60s\"\n", &["redundant-override vision:6"]),
        ("[override.prod.clusters.train]\nautoscaling.idle-timeout = \"5m\"\n", &[]),
        // It wins over what groups say, so it changes something even where the workload says the same.
        ("[clusters.train]\nenv = { A = \"1\" }\n[override.prod.clusters.train]\nenv = { A = \"1\" }\n", &[]),
        // The workload's override stands between.
        (
            "[override.prod.clusters.train]\npull-policy = \"Always\"\n[override.prod.clusters.train.workers.cpu]\npull-policy = \"IfNotPresent\"\n",
            &[],
        ),
        // A selector discards weaker layers' others.
        ("gpu = { model = \"a10g\" }\n[override.prod.clusters.train.workers.cpu]\ngpu = { model = \"a10g\" }\n", &[]),
        ("[override.prod]\nowner = \"a@example.com\"\n", &[]),
    ];
    for (text, expected) in cases {
        let found = found("", &[("vision", &format!("{WORKER}{text}"))]);
        let found: Vec<&String> = found.iter().filter(|line| line.starts_with("redundant")).collect();
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn an_override_for_an_environment_without_the_team_changes_nothing() {
    let lab = "[environments.lab]\neks-cluster = \"lab\"\nregion = \"us-west-2\"\nzones = [\"us-west-2a\"]\n\
               node-role = \"lab\"\nami = \"al2023@v20260810\"\nkarpenter = { interruption-queue = \"lab\" }\n";
    let team = format!("environments = [\"prod\"]\n{WORKER}[override.lab.clusters.train.workers.cpu]\nmax = 1\n");
    assert_eq!(found(lab, &[("vision", &team)]), ["redundant-override vision:6"]);
}

#[test]
fn profiles_count_as_used_wherever_they_are_named() {
    let platform = "[profiles.a10g]\ngpu = { model = \"a10g\" }\n";
    assert_eq!(found(platform, &[]), [""; 0], "a workspace without teams");
    assert_eq!(found(platform, &[("vision", WORKER)]), ["unused-profile _platform:1"]);
    let in_override = format!("{WORKER}[override.prod.clusters.train.workers.cpu]\nprofile = \"a10g\"\n");
    assert_eq!(found(platform, &[("vision", &in_override)]), [""; 0]);
    let in_defaults = format!("{platform}[defaults.worker]\nprofile = \"a10g\"\n");
    assert_eq!(found(&in_defaults, &[("vision", WORKER)]), [""; 0]);
    assert_eq!(found(platform, &[("vision", WORKER), ("zoo", "no TOML")]), ["invalid-toml zoo:1"], "who knows");
}

#[test]
fn a_default_counts_as_long_as_one_environment_leaves_it() {
    let other = "[environments.lab]\neks-cluster = \"lab\"\nregion = \"us-west-2\"\nzones = [\"us-west-2a\"]\n\
                 node-role = \"lab\"\nami = \"al2023@v20260810\"\nkarpenter = { interruption-queue = \"lab\" }\n";
    let platform = "[defaults.worker]\ngrace-period = 30\n[environments.prod.defaults.worker]\ngrace-period = 60\n";
    assert_eq!(found(platform, &[]), ["shadowed-default _platform:2"]);
    assert_eq!(found(&format!("{platform}{other}"), &[]), [""; 0]);
    let site = "[defaults.cluster.ingress]\nclass = \"nginx\"\n";
    assert_eq!(found(site, &[]), ["shadowed-default _platform:2"], "the environment's own `ingress` is stronger");
}
