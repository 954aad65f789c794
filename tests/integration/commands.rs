//! The command line as people and CI see it: what it prints, where, and how it exits.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use insta::assert_snapshot;
use tempfile::TempDir;

const PLATFORM: &str = r#"
[versions]
kubernetes = "1.34.1"
kuberay = "1.7.0"
karpenter = "1.14.1"

[environments.dev]
eks-cluster = "ml-dev"
region = "us-west-2"
zones = ["us-west-2a"]
domain = "ray.dev.example.com"
node-role = "KarpenterNodeRole-ml-dev"
ami = "al2023@v20260810"

[environments.prod]
eks-cluster = "ml-prod"
region = "us-west-2"
zones = ["us-west-2a"]
domain = "ray.example.com"
node-role = "KarpenterNodeRole-ml-prod"
ami = "al2023@v20260810"

[defaults.cluster]
ray-version = "2.52.0"
image = "rayproject/ray:{{ ray_version }}-py311"
"#;

const TEAM: &str = r#"owner = "vision@example.com"

[clusters.train.workers.cpu]
max = 3
cpu = 6
memory = "24Gi"
"#;

/// A workspace of the teams `audio` and `vision`.
fn workspace() -> TempDir {
    let root = TempDir::new().unwrap();
    fs::create_dir(root.path().join("teams")).unwrap();
    for (name, text) in [("_platform", PLATFORM), ("audio", TEAM), ("vision", TEAM)] {
        write(&root, &format!("teams/{name}.toml"), text);
    }
    root
}

fn write(root: &TempDir, path: &str, text: &str) {
    fs::write(root.path().join(path), text).unwrap();
}

fn read(root: &TempDir, path: &str) -> String {
    fs::read_to_string(root.path().join(path)).unwrap()
}

fn raygen(root: &Path, arguments: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_raygen"));
    command.current_dir(root).args(arguments.split_whitespace()).env_remove("CLICOLOR_FORCE");
    command
}

fn run(root: &TempDir, arguments: &str) -> Output {
    raygen(root.path(), arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// What a run prints and how it exits, as a reader sees it.
fn transcript(root: &TempDir, arguments: &str) -> String {
    let output = run(root, arguments);
    let mut shown = format!("$ raygen {arguments}\n");
    for line in text(&output.stdout).lines() {
        // A checksum says nothing to a reader and changes with every default.
        let line = line.split_once(" Edit that file").map_or(line, |(before, _)| before);
        let _ = writeln!(shown, "{line}");
    }
    for line in text(&output.stderr).lines() {
        let _ = writeln!(shown, "[stderr] {line}");
    }
    let _ = writeln!(shown, "[exit {}]", output.status.code().unwrap());
    shown
}

#[test]
fn rendering_says_what_it_did() {
    let root = workspace();
    let mut shown = transcript(&root, "render vision --environment dev");
    shown += &transcript(&root, "render vision --environment dev");
    write(&root, "teams/vision.toml", &TEAM.replace("max = 3", "max = 4"));
    shown += &transcript(&root, "render vision --environment dev --check");
    shown += &transcript(&root, "render vision --environment dev");
    shown += &transcript(&root, "render vision --environment dev --check");
    assert_snapshot!(shown);
}

#[test]
fn edited_and_foreign_files_are_left_alone() {
    let root = workspace();
    run(&root, "render vision");
    let edited = "generated/dev/vision/namespace-vision.yaml";
    write(&root, edited, &read(&root, edited).replace("kind: Namespace", "kind: Namespace # mine"));
    let foreign = "generated/prod/vision/namespace-vision.yaml";
    write(&root, foreign, "kind: Namespace\n");
    let mut shown = transcript(&root, "render vision --check");
    shown += &transcript(&root, "render vision");
    assert!(read(&root, edited).contains("# mine"));
    shown += &transcript(&root, "render vision --force");
    assert!(!read(&root, edited).contains("# mine"));
    assert_eq!(read(&root, foreign), "kind: Namespace\n");
    assert_snapshot!(shown);
}

#[test]
fn errors_stop_the_writing_and_all_are_shown() {
    let root = workspace();
    write(&root, "teams/vision.toml", &TEAM.replace("max = 3", "mx = 3").replace("24Gi", "24GB"));
    assert_snapshot!(transcript(&root, "render"));
    assert!(!root.path().join("generated").exists());
}

#[test]
fn another_teams_errors_do_not_stop_a_team() {
    let root = workspace();
    write(&root, "teams/audio.toml", "owner = [\n");
    assert_eq!(run(&root, "render").status.code(), Some(1));
    assert_eq!(run(&root, "render vision").status.code(), Some(0));
    assert!(root.path().join("generated/dev/vision/namespace-vision.yaml").exists());
    assert_eq!(run(&root, "render audio").status.code(), Some(1));
}

#[test]
fn removed_teams_and_environments_leave_nothing_behind() {
    let root = workspace();
    run(&root, "render");
    fs::remove_file(root.path().join("teams/audio.toml")).unwrap();
    write(&root, "teams/vision.toml", &format!("environments = [\"dev\"]\n{TEAM}"));
    assert_eq!(run(&root, "render --check").status.code(), Some(1));
    assert_eq!(run(&root, "render vision").status.code(), Some(0));
    assert!(!root.path().join("generated/prod/vision").exists());
    assert!(root.path().join("generated/prod/audio").exists(), "only vision was rendered");
    assert_eq!(run(&root, "render").status.code(), Some(0));
    assert!(!root.path().join("generated/dev/audio").exists());
    assert!(!root.path().join("generated/prod").exists());
}

/// The wiring of teams and environments comes and goes with them, however little is rendered.
#[test]
fn wiring_leaves_nothing_behind() {
    let root = workspace();
    let gitops = "[gitops]\ntool = [\"argocd\", \"flux\"]\nrepo-url = \"https://github.com/acme/ray.git\"\n";
    write(&root, "teams/_platform.toml", &format!("{gitops}{PLATFORM}"));
    let wiring = |path: &str| root.path().join("generated/_gitops").join(path);
    let status = |arguments: &str| run(&root, arguments).status.code();
    assert_eq!(status("render"), Some(0));
    assert!(wiring("prod/argocd/applicationset-ray-prod.yaml").exists());
    assert_eq!(status("render vision --check"), Some(0), "a team's wiring is the same by itself");
    write(&root, "teams/vision.toml", &format!("environments = [\"dev\"]\n{TEAM}"));
    assert_eq!(status("render vision"), Some(0));
    assert!(!wiring("prod/argocd/appproject-ray-prod-vision.yaml").exists());
    assert!(!wiring("prod/flux/kustomization-ray-prod-vision.yaml").exists());
    assert!(wiring("dev/argocd/appproject-ray-dev-vision.yaml").exists());
    assert!(wiring("prod/argocd/appproject-ray-prod-audio.yaml").exists(), "only vision was rendered");
    assert_eq!(status("render --check"), Some(0));
    fs::remove_file(root.path().join("teams/audio.toml")).unwrap();
    assert_eq!(status("render --environment prod"), Some(0));
    assert!(!wiring("prod").exists(), "nothing is left to sync");
    write(&root, "teams/_platform.toml", PLATFORM);
    assert_eq!(status("render"), Some(0));
    assert!(!wiring("").exists());
}

#[test]
fn stdout_has_no_wiring() {
    let root = workspace();
    let gitops = "[gitops]\ntool = \"argocd\"\nrepo-url = \"https://github.com/acme/ray.git\"\n";
    write(&root, "teams/_platform.toml", &format!("{gitops}{PLATFORM}"));
    let printed = run(&root, "render --stdout").stdout;
    let printed = text(&printed);
    assert!(printed.contains("kind: RayCluster") && !printed.contains("kind: AppProject"));
    assert!(!printed.contains("resource.customizations"));
}

#[test]
fn health_checks_are_printed_as_a_patch_or_as_values() {
    let root = workspace();
    let patch = run(&root, "gitops health");
    let first = text(&patch.stdout).lines().take(2).collect::<Vec<_>>();
    assert_eq!(first, ["data:", "  resource.customizations.health.ray.io_RayCluster: |"]);
    let values = run(&root, "gitops health --format helm");
    let first = text(&values.stdout).lines().take(3).collect::<Vec<_>>();
    assert_eq!(first, ["configs:", "  cm:", "    resource.customizations.health.ray.io_RayCluster: |"]);
}

#[test]
fn wrong_arguments_could_not_run() {
    let root = workspace();
    let mut shown = String::new();
    for arguments in [
        "render visoin",
        "render nobody",
        "render --environment prd",
        "render --output ../elsewhere",
        "render --check --force",
        "schema import missing.yaml",
    ] {
        shown += &transcript(&root, arguments);
    }
    assert_snapshot!(shown);
    assert!(!root.path().join("generated").exists());
}

#[test]
fn stdout_is_one_stream_even_with_warnings() {
    let root = workspace();
    write(&root, "teams/vision.toml", &format!("labels = {{ a = \"b\", }}\n{TEAM}"));
    let output = run(&root, "render --stdout");
    assert_eq!(output.status.code(), Some(0));
    let kinds: Vec<String> = text(&output.stdout)
        .split("---\n")
        .skip(1)
        .map(|document| serde_yaml::from_str::<serde_json::Value>(document).unwrap()["kind"].to_string())
        .collect();
    assert!(kinds.contains(&"\"RayCluster\"".to_owned()), "{kinds:?}");
    assert!(text(&output.stderr).contains("warning[toml-1-1-syntax]"), "{}", text(&output.stderr));
    assert!(!root.path().join("generated").exists());
}

#[test]
fn a_reader_that_leaves_changes_neither_the_work_nor_the_exit_status() {
    let root = workspace();
    let closed = |arguments| {
        let mut child = raygen(root.path(), arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert!(!text(&output.stderr).contains("error: "), "{}", text(&output.stderr));
        output.status.code()
    };
    assert_eq!(closed("render --check"), Some(1));
    assert_eq!(closed("render"), Some(0));
    assert_eq!(closed("render --check"), Some(0));
    assert_eq!(closed("schema team"), Some(0));
}

#[test]
fn colour_only_where_it_is_wanted() {
    let root = workspace();
    let coloured = |command: &mut Command| text(&command.output().unwrap().stdout).contains('\u{1b}');
    assert!(!coloured(&mut raygen(root.path(), "render --check")));
    assert!(coloured(&mut raygen(root.path(), "render --check --color always")));
    assert!(!coloured(raygen(root.path(), "render --check --color auto").env("NO_COLOR", "1")));
    assert!(!coloured(raygen(root.path(), "render --check --color never").env("CLICOLOR_FORCE", "1")));
}

#[test]
fn pages_completions_and_schemas_come_out_whole() {
    let root = workspace();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = run(&root, &format!("completions {shell}"));
        assert!(script.status.success() && text(&script.stdout).contains("render"), "{shell}");
    }
    assert!(text(&run(&root, "man").stdout).starts_with(".ie"));
    assert!(run(&root, "man --output pages").status.success());
    assert!(root.path().join("pages/raygen-render.1").exists());
    for whose in ["team", "platform"] {
        let schema = run(&root, &format!("schema {whose}")).stdout;
        assert!(serde_json::from_slice::<serde_json::Value>(&schema).unwrap()["$schema"].is_string());
    }
}

/// A stale, an edited, an orphaned, a missing and a foreign file.
fn drifted() -> TempDir {
    let root = workspace();
    run(&root, "render");
    let text = |path: &str| read(&root, &format!("generated/{path}"));
    write(&root, "teams/vision.toml", &TEAM.replace("max = 3", "max = 4"));
    fs::remove_file(root.path().join("teams/audio.toml")).unwrap();
    let namespace = text("dev/vision/namespace-vision.yaml");
    write(&root, "generated/dev/vision/namespace-vision.yaml", &namespace.replace("kind: Namespace", "kind: Nospace"));
    let pool = "prod/_cluster/nodepool-audio-train-cpu.yaml";
    write(&root, &format!("generated/{pool}"), &text(pool).replace("kind: NodePool", "kind: NodePond"));
    fs::remove_file(root.path().join("generated/prod/vision/namespace-vision.yaml")).unwrap();
    write(&root, "generated/prod/vision/README.md", "# Mine\n");
    root
}

#[test]
fn drift_is_told_apart_for_people() {
    let root = drifted();
    let shown = transcript(&root, "render --check --environment prod");
    // The diff has its own test.
    let from = shown.find("error[").unwrap();
    assert_snapshot!(&shown[from..]);
}

#[test]
fn drift_is_told_apart_in_every_format() {
    let root = drifted();
    for format in ["human", "concise", "json", "github", "gitlab", "sarif", "junit"] {
        let output = run(&root, &format!("render --check --format {format}"));
        assert_eq!(output.status.code(), Some(1), "{format}");
        let shown = text(&output.stdout);
        for part in [
            "stale-output",
            "edited-output",
            "orphaned-output",
            "generated/dev/vision/raycluster-vision-train.yaml",
            "generated/prod/vision/namespace-vision.yaml",
            "generated/dev/vision/namespace-vision.yaml",
            "generated/prod/vision/README.md",
            "generated/dev/audio/namespace-audio.yaml",
            "generated/prod/_cluster/nodepool-audio-train-cpu.yaml",
        ] {
            assert!(shown.contains(part), "{format} does not say {part}:\n{shown}");
        }
        let removes = |command: &str| shown.contains(&format!("`{command}` removes it"));
        assert!(removes("raygen render") && removes("raygen render --force"), "{format}:\n{shown}");
        assert_eq!(format == "human", shown.contains("+++ "), "{format}");
    }
    assert_eq!(run(&root, "render --format json").status.code(), Some(2), "without --check there is nothing to format");
    run(&root, "render --force");
    fs::remove_file(root.path().join("generated/prod/vision/README.md")).unwrap();
    run(&root, "render");
    let current = run(&root, "render --check --format json");
    assert_eq!(current.status.code(), Some(0));
    assert_eq!(
        serde_json::from_slice::<serde_json::Value>(&current.stdout).unwrap()["diagnostics"],
        serde_json::json!([])
    );
}

#[test]
fn what_mends_drift_mends_it() {
    let root = drifted();
    for command in ["render --check vision", "render --check --environment dev", "render --check"] {
        let output = run(&root, command);
        let (_, command) = text(&output.stderr).rsplit_once("run `raygen ").unwrap();
        let (command, _) = command.split_once('`').unwrap();
        run(&root, command);
    }
    let last = run(&root, "render --check --format concise");
    assert_eq!(text(&last.stdout).lines().count(), 1, "only what raygen did not write is left: {}", text(&last.stdout));
}

#[test]
fn drift_can_be_neither_waived_nor_lowered() {
    let root = workspace();
    run(&root, "render");
    for text in [
        "[lint]\nseverity = { stale-output = \"warning\" }\n",
        "[[allow]]\nrule = \"stale-output\"\nreason = \"later\"\n",
    ] {
        write(&root, "teams/_platform.toml", &format!("{PLATFORM}{text}"));
        let output = run(&root, "render --check --format concise");
        assert_eq!(output.status.code(), Some(1));
        assert!(self::text(&output.stdout).contains("error[forbidden-allow]: `stale-output` cannot be"), "{output:?}");
    }
}

#[test]
fn no_object_waives_drift() {
    let root = workspace();
    let annotated = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: vision\n  annotations:\n    raygen.dev/allow: |\n      \
                     edited-output: we like it\n";
    write(&root, "namespace.yaml", annotated);
    let output = run(&root, "lint --manifests namespace.yaml --format concise");
    assert_eq!(output.status.code(), Some(1));
    let expected = "error[forbidden-allow]: `edited-output` is about files, so no object can waive it";
    assert!(text(&output.stdout).contains(expected), "{}", text(&output.stdout));
}
