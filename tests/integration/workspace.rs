//! Reading and checking specs: bad input becomes diagnostics with places, all of them in one run.

use std::fs;
use std::path::Path;

use raygen::diagnostic::{Diagnostic, Severity};
use raygen::workspace::{self, Workspace};

const PLATFORM: &str = r#"
[versions]
kubernetes = "1.34.1"
kuberay = "1.7.0"
karpenter = "1.14.1"

[environments.prod]
eks-cluster = "ml-prod"
region = "us-west-2"
zones = ["us-west-2a", "us-west-2b"]
node-role = "KarpenterNodeRole-ml-prod"
ami = "al2023@v20260810"
"#;

const TEAM: &str = "[clusters.train.workers.cpu]\nmax = 4\n";

/// Diagnostics as one line each: place, severity, rule, message and help.
fn shown(workspace: &Workspace) -> Vec<String> {
    workspace.diagnostics.iter().map(|diagnostic| line(workspace, diagnostic)).collect()
}

fn line(workspace: &Workspace, diagnostic: &Diagnostic) -> String {
    let place = diagnostic.span.map_or_else(String::new, |span| {
        let (line, column) = workspace.sources.line_column(span);
        format!("{}:{line}:{column}: ", workspace.sources.get(span.file).path)
    });
    let severity = if diagnostic.severity == Severity::Error { "error" } else { "warning" };
    let help: Vec<String> = diagnostic.help.iter().map(|help| format!(" ({help})")).collect();
    format!("{place}{severity}[{}]: {}{}", diagnostic.rule, diagnostic.message, help.concat())
}

fn of_team(text: &str) -> Vec<String> {
    shown(&Workspace::from_texts(PLATFORM, [("vision", text)]))
}

fn of_platform(text: &str) -> Vec<String> {
    shown(&Workspace::from_texts(text, []))
}

fn directory(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let root = tempfile::tempdir().expect("a temporary directory");
    fs::create_dir(root.path().join("teams")).expect("a new directory");
    for (path, bytes) in files {
        fs::write(root.path().join("teams").join(path), bytes).expect("a new file");
    }
    root
}

fn load(root: &Path) -> Workspace {
    workspace::load(root).expect("the directory can be read")
}

#[test]
fn a_good_workspace_loads_in_the_order_of_names() {
    let root = directory(&[
        ("_platform.toml", PLATFORM.as_bytes()),
        ("vision.toml", TEAM.as_bytes()),
        ("audio.toml", TEAM.as_bytes()),
        ("_draft.toml", b"this is no TOML"),
        ("notes.md", b"neither"),
        (".#vision.toml", b"an editor's lock"),
    ]);
    let workspace = load(root.path());
    assert_eq!(shown(&workspace), [""; 0]);
    assert!(workspace.platform.is_some());
    let names: Vec<&str> = workspace.teams.iter().map(|team| team.name.as_str()).collect();
    assert_eq!(names, ["audio", "vision"]);
    assert_eq!(workspace.sources.get(workspace.teams[0].document.file).path, "teams/audio.toml");
}

#[test]
fn missing_directories_and_files_say_what_to_write() {
    let root = tempfile::tempdir().expect("a temporary directory");
    assert!(shown(&load(root.path()))[0].contains("no directory `teams/`"));
    let root = directory(&[("vision.toml", TEAM.as_bytes())]);
    let workspace = load(root.path());
    assert!(shown(&workspace)[0].contains("no `teams/_platform.toml`"));
    assert!(shown(&workspace)[0].contains("[versions]"));
    assert_eq!(workspace.teams.len(), 1, "teams are checked all the same");
    let error = workspace::load(&root.path().join("nowhere")).expect_err("there is no such directory");
    assert!(format!("{error:#}").starts_with("read "), "{error:#}");
}

#[test]
fn every_file_that_is_no_spec_is_reported_in_one_run() {
    let root = directory(&[
        ("_platform.toml", PLATFORM.as_bytes()),
        ("empty.toml", b"# nothing yet\n"),
        ("latin.toml", b"owner = \"x\"\ncost-center = \"caf\xe9\"\n"),
        ("large.toml", &vec![b'#'; 10 << 20]),
        ("good.toml", TEAM.as_bytes()),
    ]);
    fs::create_dir(root.path().join("teams/x.toml")).expect("a new directory");
    let workspace = load(root.path());
    assert_eq!(
        shown(&workspace),
        [
            "teams/empty.toml:1:1: error[empty-spec]: the file sets nothing (write a cluster, such as `[clusters.train.workers.cpu]` with `max = 4`, or remove the file)",
            "teams/large.toml:1:1: error[unreadable-spec]: a spec of 10485760 bytes, but raygen takes no more than 1048576 (split the team, or keep large texts such as user data out of specs)",
            "teams/latin.toml:2:19: error[unreadable-spec]: no UTF-8 text: byte 0xe9 at offset 30 (save the file in UTF-8, the only encoding of TOML)",
            "teams/x.toml:1:1: error[unreadable-spec]: a directory with a spec's name (rename it, or take it out of `teams/`)",
        ]
    );
    let names: Vec<&str> = workspace.teams.iter().map(|team| team.name.as_str()).collect();
    assert_eq!(names, ["good"]);
}

#[cfg(unix)]
#[test]
fn links_stay_in_the_workspace() {
    use std::os::unix::fs::symlink;
    let elsewhere = directory(&[("secret.toml", TEAM.as_bytes())]);
    let root = directory(&[("_platform.toml", PLATFORM.as_bytes()), ("vision.toml", TEAM.as_bytes())]);
    let teams = root.path().join("teams");
    symlink(elsewhere.path().join("teams/secret.toml"), teams.join("out.toml")).expect("a new link");
    symlink("nothing", teams.join("broken.toml")).expect("a new link");
    symlink("vision.toml", teams.join("inside.toml")).expect("a new link");
    let workspace = load(root.path());
    let found = shown(&workspace);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].contains("teams/broken.toml") && found[0].contains("does not exist"), "{found:?}");
    assert!(found[1].contains("teams/out.toml") && found[1].contains("leads out"), "{found:?}");
    assert_eq!(workspace.teams.len(), 2);
}

#[test]
fn teams_have_names_that_namespaces_can_have() {
    let long = "a".repeat(64);
    for name in ["..", "a/b", "a\nb", "Vision", "1st", "a_b", "a-", "", "é", long.as_str()] {
        let found = shown(&Workspace::from_texts(PLATFORM, [(name, TEAM)]));
        assert_eq!(found.len(), 1, "{name:?}: {found:?}");
        assert!(found[0].contains("error[invalid-name]") && !found[0].contains('\n'), "{found:?}");
    }
    assert_eq!(shown(&Workspace::from_texts(PLATFORM, [("a-1", TEAM)])), [""; 0]);
}

#[test]
fn unknown_keys_say_what_was_meant_or_where_they_belong() {
    let text = "\
onwer = \"x\"
[clusters.train]
worker = 1
gpu = { count = 1 }
[clusters.train.head]
max = 3
[clusters.train.workers.cpu]
max = 4
cost-center = \"x\"
suspend = true
";
    assert_eq!(
        of_team(text),
        [
            "teams/vision.toml:1:1: error[unknown-key]: unknown key `onwer` at the top of the file (did you mean `owner`?)",
            "teams/vision.toml:3:1: error[unknown-key]: unknown key `worker` in `clusters.train` (did you mean `workers`?)",
            "teams/vision.toml:4:1: error[unknown-key]: unknown key `gpu` in `clusters.train` (`gpu` belongs in `clusters.train.head` or in `clusters.train.workers.cpu`)",
            "teams/vision.toml:6:1: error[unknown-key]: unknown key `max` in `clusters.train.head` (`max` belongs in `clusters.train.workers.cpu`)",
            "teams/vision.toml:9:1: error[unknown-key]: unknown key `cost-center` in `clusters.train.workers.cpu` (`cost-center` belongs at the top of the file)",
            "teams/vision.toml:10:1: error[unknown-key]: unknown key `suspend` in `clusters.train.workers.cpu` (`suspend` belongs in `clusters.train`)",
        ]
    );
}

#[test]
fn wrong_values_say_what_their_key_takes() {
    let text = "\
owner = 2026-01-01
environments = \"prod\"
image = 5
ray-version = \"2.52\"
[env]
A = { secret = \"s\" }
B = { key = \"k\" }
C = { field = \"status.podIP\", key = \"k\" }
D = 1.5
[clusters.Train]
[clusters.train.workers.2x]
[clusters.train.autoscaling]
idle-timeout = 5
enabled = \"true\"
upscaling-mode = \"default\"
[clusters.train.workers.cpu]
min = \"0\"
max = -1
hosts = 99999999999
memory = \"16GB\"
cpu = nan
capacity-type = [\"spott\"]
idle-timeout = \"1d\"
gpu = { model = \"A10G\" }
requirements = [{ operator = \"In\" }]
node-pool.expire-after = \"30d\"
node-pool.weight = 101
";
    assert_eq!(
        of_team(text),
        [
            r#"teams/vision.toml:1:9: error[invalid-value]: `owner` is a date or time, which no key takes (put it in quotes if a text is meant: `"2026-01-01"`)"#,
            r#"teams/vision.toml:2:16: error[invalid-value]: `environments` takes an array, not a string (write an array: `environments = ["prod"]`)"#,
            r#"teams/vision.toml:3:9: error[invalid-value]: `image` takes a string, not an integer (put it in quotes: `image = "5"`)"#,
            "teams/vision.toml:4:15: error[invalid-value]: `2.52` is no full version for `ray-version` (facts change in patches: write all three parts, such as `2.52.0`)",
            "teams/vision.toml:6:5: error[missing-key]: `env.A` has no `key` (`key`: Key in the Secret or ConfigMap)",
            "teams/vision.toml:7:5: error[invalid-value]: `B` has `key` alone, which says too little (`B`: A text, or where to read it: `{ secret, key }`, `{ config-map, key }` or `{ field }`)",
            "teams/vision.toml:8:5: error[invalid-value]: `C` has `field` and `key`, which do not go together (`C`: A text, or where to read it: `{ secret, key }`, `{ config-map, key }` or `{ field }`)",
            "teams/vision.toml:9:5: error[invalid-value]: `D` takes a string, an integer, a boolean or a table, not a float",
            "teams/vision.toml:10:11: error[invalid-name]: `Train` is no name for a cluster (use lower-case letters, digits and `-`; start with a letter, end with a letter or digit)",
            "teams/vision.toml:11:25: error[invalid-name]: `2x` is no name for a worker group (use lower-case letters, digits and `-`; start with a letter, end with a letter or digit)",
            r#"teams/vision.toml:13:16: error[invalid-value]: `idle-timeout` takes a duration, not an integer (write the unit: `idle-timeout = "5s"`)"#,
            "teams/vision.toml:14:11: error[invalid-value]: `enabled` takes a boolean, not a string (write it without quotes: `enabled = true`)",
            "teams/vision.toml:15:18: error[invalid-value]: `upscaling-mode` is `default`, but must be one of `Default`, `Aggressive`, `Conservative` (did you mean `Default`?)",
            "teams/vision.toml:17:7: error[invalid-value]: `min` takes an integer, not a string (write it without quotes: `min = 0`)",
            "teams/vision.toml:18:7: error[invalid-value]: `max` is -1, but must be 0 or more",
            "teams/vision.toml:19:9: error[invalid-value]: `hosts` is 99999999999, but must be 2147483647 or less",
            "teams/vision.toml:20:10: error[invalid-value]: `16GB` is no quantity for `memory` (write `16G` (powers of 1000) or `16Gi` (powers of 1024))",
            "teams/vision.toml:21:7: error[invalid-value]: `cpu` is NaN, but must be a finite number",
            "teams/vision.toml:22:18: error[invalid-value]: `capacity-type[0]` is `spott`, but must be one of `spot`, `on-demand`, `reserved` (did you mean `spot`?)",
            "teams/vision.toml:23:16: error[invalid-value]: `1d` is no duration for `idle-timeout` (there is no unit for days: write `24h`)",
            r#"teams/vision.toml:24:17: error[invalid-value]: `A10G` does not fit `model` (write, for example, `model = "a10g"`)"#,
            "teams/vision.toml:25:17: error[missing-key]: `clusters.train.workers.cpu.requirements[0]` has no `key` (`key`: A node label)",
            "teams/vision.toml:26:26: error[invalid-value]: `30d` is no duration that Karpenter takes for `expire-after` (there is no unit for days: write `720h`)",
            "teams/vision.toml:27:20: error[invalid-value]: `weight` is 101, but must be 100 or less",
        ]
    );
}

#[test]
fn missing_keys_are_reported_at_their_table() {
    let text = "[environments.prod]\neks-cluster = \"x\"\nregion = \"us-west-2\"\nzones = []\n[pools.Big]\n";
    assert_eq!(
        of_platform(text),
        [
            r#"teams/_platform.toml:1:1: error[missing-key]: `environments.prod` has no `ami` (write, for example, `ami = "al2023@v20260810"`)"#,
            "teams/_platform.toml:1:1: error[missing-key]: `environments.prod` has no `node-role` (`node-role`: IAM role of the nodes: its name, no ARN (`role` of every EC2NodeClass))",
            "teams/_platform.toml:4:9: error[invalid-value]: `zones` has 0 items, but needs 1 or more",
            "teams/_platform.toml:5:8: error[invalid-name]: `Big` is no name for a shared pool (use lower-case letters, digits and `-`; start with a letter, end with a letter or digit)",
        ]
    );
}

#[test]
fn all_syntax_errors_of_a_file_are_found() {
    assert_eq!(
        of_team("owner = \n[clusters.train]\nname = 'x\nname = \"y\"\n"),
        [
            "teams/vision.toml:1:9: error[invalid-toml]: string values must be quoted, expected literal string",
            "teams/vision.toml:3:10: error[invalid-toml]: invalid literal string, expected `'`",
            "teams/vision.toml:4:1: error[invalid-toml]: duplicate key",
        ]
    );
}

#[test]
fn nesting_without_end_is_refused() {
    let deep = [
        format!("[{}]\n", vec!["a"; 200_000].join(".")),
        format!("{} = 1\n", vec!["a"; 200_000].join(".")),
        format!("x = {}1{}\n", "[".repeat(200_000), "]".repeat(200_000)),
        format!("x = {}1{}\n", "{a=".repeat(200_000), "}".repeat(200_000)),
        format!("x = {}1{}\n", format!("{{{} = ", ["a"; 70].join(".")).repeat(70), "}".repeat(70)),
    ];
    for text in deep {
        let found = of_team(&text);
        assert!(!found.is_empty() && found.len() < 10, "{found:?}");
    }
}

proptest::proptest! {
    /// Lines of keys and values that no schema foresaw are data, not panics.
    #[test]
    fn any_text_is_a_spec_or_has_diagnostics(
        lines in proptest::collection::vec(
            r#"(\[(clusters|env|override|x)(\.[a-z"0-9]{1,3}){0,4}\]|[a-z.0-9-]{1,12} = (["'][^\n]{0,6}["']|[0-9e+-]{1,5}|nan|true|\[[1-3,]{0,4}\]|\{ [a-z]{1,3} = 1 \})|\PC{0,20})"#,
            0..8,
        )
    ) {
        let workspace = Workspace::from_texts(PLATFORM, [("vision", lines.join("\n").as_str())]);
        let accepted = workspace.teams.len() == 1;
        let errors = workspace.diagnostics.iter().any(|found| found.severity == Severity::Error);
        proptest::prop_assert_ne!(accepted, errors);
    }
}
