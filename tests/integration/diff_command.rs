//! `raygen diff` as people and CI see it: which revision it compares with, what it prints, and how it exits.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use insta::assert_snapshot;
use raygen::workspace::{Revision, Specs, Workspace};
use serde_json::Value;
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
environments = ["prod"]

[clusters.train]
upgrade = "recreate"

[clusters.train.workers.cpu]
max = 3
cpu = 6
memory = "24Gi"
"#;

const SERVICE: &str = r#"environments = ["prod"]

[services.chat]
auth = { secret = "token" }
serve-config-file = "chat/serve.yaml"

[services.chat.workers.cpu]
max = 3
cpu = 6
memory = "24Gi"
"#;

const SERVE: &str = "applications:\n- name: chat\n  import_path: chat:app\n";

/// A repository with the teams `audio`, `chat` and `vision` in a directory of it, all committed to `main`. None, with a
/// notice, where there is no Git.
struct Repository {
    directory: TempDir,
    below: &'static str,
}

impl Repository {
    fn new(below: &'static str) -> Option<Self> {
        if Command::new("git").arg("--version").output().is_err() {
            assert!(std::env::var_os("CI").is_none(), "git is not installed");
            println!("skipped: git is not installed");
            return None;
        }
        let repository = Self { directory: TempDir::new().unwrap(), below };
        repository.git("init --quiet --initial-branch main .");
        for (name, text) in [("_platform", PLATFORM), ("audio", TEAM), ("chat", SERVICE), ("vision", TEAM)] {
            repository.write(&format!("teams/{name}.toml"), text);
        }
        repository.write("teams/chat/serve.yaml", SERVE);
        repository.commit();
        Some(repository)
    }

    fn root(&self) -> std::path::PathBuf {
        self.directory.path().join(self.below)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn remove(&self, path: &str) {
        fs::remove_file(self.root().join(path)).unwrap();
    }

    #[track_caller]
    fn git(&self, arguments: &str) -> String {
        git(self.directory.path(), arguments)
    }

    #[track_caller]
    fn commit(&self) {
        self.git("add --all");
        self.git("commit --quiet --allow-empty --message change");
    }

    fn diff(&self, arguments: &str) -> Output {
        diff(&self.root(), arguments)
    }

    /// What stands in the report's environments and objects, the commit apart.
    #[track_caller]
    fn text(&self, arguments: &str) -> String {
        let output = self.diff(arguments);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        anonymous(text(&output.stdout))
    }

    /// "vision restart" of each object that changes, in order.
    #[track_caller]
    fn verdicts(&self, arguments: &str) -> Vec<String> {
        let output = self.diff(&format!("--format json {arguments}"));
        let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
        let environments = report["environments"].as_array().unwrap();
        let objects = environments.iter().flat_map(|environment| environment["objects"].as_array().unwrap());
        objects
            .map(|object| format!("{} {}", object["name"].as_str().unwrap(), object["verdict"].as_str().unwrap()))
            .collect()
    }
}

#[track_caller]
fn git(directory: &Path, arguments: &str) -> String {
    let output = Command::new("git")
        .current_dir(directory)
        .args(arguments.split_whitespace())
        .envs([("GIT_AUTHOR_NAME", "a"), ("GIT_AUTHOR_EMAIL", "a@example.com")])
        .envs([("GIT_COMMITTER_NAME", "a"), ("GIT_COMMITTER_EMAIL", "a@example.com")])
        .envs([("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_SYSTEM", "/dev/null")])
        .output()
        .unwrap();
    assert!(output.status.success(), "git {arguments}: {output:?}");
    text(&output.stdout).trim().to_owned()
}

fn diff(directory: &Path, arguments: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_raygen"))
        .current_dir(directory)
        .arg("diff")
        .args(arguments.split_whitespace())
        .env_remove("CLICOLOR_FORCE")
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// Without the commit's hash, which depends on the time.
fn anonymous(text: &str) -> String {
    let hash = |word: &str| word.len() >= 10 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    text.split_inclusive(|c: char| !c.is_alphanumeric())
        .map(|word| {
            if hash(word.trim_end_matches(|c: char| !c.is_alphanumeric())) {
                format!("COMMIT{}", &word[10..])
            } else {
                word.to_owned()
            }
        })
        .collect()
}

/// Everything at once: a restart, numbers, a config file, a pool that rolls, a team gone and one new.
fn change_much(repository: &Repository) {
    repository.write(
        "teams/vision.toml",
        &TEAM.replace("max = 3", "max = 5\nenv.MODE = \"fast\"\nnode-pool.labels.tier = \"a\""),
    );
    repository.write("teams/chat/serve.yaml", &SERVE.replace("chat:app", "chat:app2"));
    repository.write("teams/sound.toml", &TEAM.replace("vision@", "sound@"));
    repository.remove("teams/audio.toml");
}

/// The comment in the README, without its mark and title and without the commit.
pub(crate) fn recorded_comment() -> Option<String> {
    let repository = Repository::new("")?;
    let worker = "max = 8\ncpu = 6\nmemory = \"24Gi\"\n";
    let cluster = |name: &str, upgrade: &str| {
        format!(
            "environments = [\"prod\"]\n[clusters.{name}]\nupgrade = \"{upgrade}\"\n[clusters.{name}.workers.cpu]\n{worker}"
        )
    };
    let teams = [
        ("vision", cluster("train", "recreate")),
        ("nlp", cluster("batch", "recreate")),
        ("audio", cluster("lab", "none")),
    ];
    for (name, text) in &teams {
        repository.write(&format!("teams/{name}.toml"), text);
    }
    repository.write("teams/audio.toml", &format!("{}[clusters.lab.workers.spare]\n{worker}", teams[2].1));
    repository.commit();
    repository.write("teams/vision.toml", &teams[0].1.replace("max = 8", "max = 12\nenv.MODE = \"fast\""));
    repository.write(
        "teams/nlp.toml",
        &format!("{}node-pool.labels.tier = \"batch\"\n", teams[1].1)
            .replace("[clusters.batch]", "[clusters.batch]\nray-version = \"2.53.0\""),
    );
    repository.write("teams/audio.toml", &teams[2].1);
    repository.write("teams/chat/serve.yaml", &SERVE.replace("chat:app", "chat:app2"));
    let comment = repository.text("--base HEAD --format markdown");
    let body = comment.split_once("### What merging does\n\n")?.1;
    Some(body.rsplit_once("<sub>Compared")?.0.trim_end().to_owned() + "\n")
}

#[test]
fn text_says_what_merging_does() {
    let Some(repository) = Repository::new("") else { return };
    change_much(&repository);
    assert_snapshot!(repository.text(""));
}

#[test]
fn markdown_is_a_comment() {
    let Some(repository) = Repository::new("") else { return };
    change_much(&repository);
    assert_snapshot!(repository.text("--format markdown"));
}

#[test]
fn unified_shows_the_manifests() {
    let Some(repository) = Repository::new("") else { return };
    repository.write("teams/vision.toml", &TEAM.replace("max = 3", "max = 5"));
    assert_snapshot!(repository.text("--unified"));
    let markdown = repository.text("--unified --format markdown");
    assert!(markdown.contains("\n-      maxReplicas: 3\n+      maxReplicas: 5\n"), "{markdown}");
}

#[test]
fn nothing_is_nothing() {
    let Some(repository) = Repository::new("") else { return };
    assert_eq!(repository.verdicts(""), [""; 0]);
    assert!(repository.text("").starts_with("nothing changes\n"));
    assert!(repository.text("--format markdown").contains("Nothing changes."));
    // A file of the platform that says the same in other words changes nothing either.
    repository.write("teams/_platform.toml", &format!("# comment\n{PLATFORM}"));
    assert_eq!(repository.verdicts(""), [""; 0]);
}

#[test]
fn the_base_is_where_the_branch_began() {
    let Some(repository) = Repository::new("") else { return };
    repository.git("checkout --quiet -b topic");
    repository.write("teams/vision.toml", &TEAM.replace("max = 3", "max = 5"));
    repository.commit();
    repository.git("checkout --quiet main");
    repository.write("teams/audio.toml", &TEAM.replace("max = 3", "max = 9"));
    repository.commit();
    repository.git("checkout --quiet topic");
    // What main has got since is not the topic's doing.
    assert_eq!(repository.verdicts(""), ["vision-train scale"]);
    assert_eq!(repository.verdicts("--base main..."), ["vision-train scale"]);
    assert_eq!(repository.verdicts("--base main"), ["audio-train scale", "vision-train scale"]);
    assert_eq!(repository.verdicts("--base HEAD"), [""; 0]);
    assert_eq!(repository.verdicts("--base HEAD~1"), ["vision-train scale"]);
    assert!(repository.text("").contains("compared with the merge base with main (COMMIT)"), "{}", repository.text(""));
}

#[test]
fn a_workspace_may_stand_anywhere_in_its_repository() {
    let Some(repository) = Repository::new("deep/platform") else { return };
    repository.write("teams/vision.toml", &TEAM.replace("max = 3", "max = 5"));
    assert_eq!(repository.verdicts("--base HEAD"), ["vision-train scale"]);
    let from_above = diff(repository.directory.path(), "--root deep/platform --base HEAD");
    assert_eq!(text(&from_above.stdout), text(&repository.diff("--base HEAD").stdout));
    // Another directory of the same repository has no specs.
    repository.write("../other/teams/vision.toml", TEAM);
    repository.write("../other/teams/_platform.toml", PLATFORM);
    let other = diff(&repository.directory.path().join("deep/other"), "--base HEAD");
    assert!(text(&other.stderr).contains("HEAD has no specs: everything is new"), "{other:?}");
}

#[test]
fn nothing_is_written() {
    let Some(repository) = Repository::new("") else { return };
    change_much(&repository);
    let before = (repository.git("status --porcelain"), repository.git("rev-parse HEAD"), repository.git("stash list"));
    repository.text("");
    let after = (repository.git("status --porcelain"), repository.git("rev-parse HEAD"), repository.git("stash list"));
    assert_eq!(before, after);
    assert!(!repository.root().join("generated").exists());
}

#[test]
fn files_beside_the_specs_are_compared() {
    let Some(repository) = Repository::new("") else { return };
    repository.write("teams/chat/serve.yaml", &SERVE.replace("chat:app", "chat:other"));
    assert_eq!(repository.verdicts(""), ["chat live"]);
    // The base has its own, though the working tree has none.
    repository.remove("teams/chat/serve.yaml");
    let inline = "serve-config = { applications = [{ name = \"chat\", import_path = \"chat:other\" }] }";
    repository.write("teams/chat.toml", &SERVICE.replace("serve-config-file = \"chat/serve.yaml\"", inline));
    let shown = repository.text("");
    assert!(shown.contains("import_path: chat:app\n") && !shown.contains("not compared"), "{shown}");
}

#[cfg(unix)]
#[test]
fn links_are_followed_as_in_the_working_tree() {
    let Some(repository) = Repository::new("") else { return };
    repository.remove("teams/audio.toml");
    repository.write("shared/audio.toml", TEAM);
    std::os::unix::fs::symlink("../shared/audio.toml", repository.root().join("teams/audio.toml")).unwrap();
    repository.commit();
    assert_eq!(repository.verdicts("--base HEAD"), [""; 0]);
    repository.write("shared/audio.toml", &TEAM.replace("max = 3", "max = 5"));
    assert_eq!(repository.verdicts("--base HEAD"), ["audio-train scale"]);
    // A directory may be a link too.
    fs::rename(repository.root().join("teams/chat"), repository.root().join("shared/chat")).unwrap();
    std::os::unix::fs::symlink("../shared/chat", repository.root().join("teams/chat")).unwrap();
    repository.commit();
    assert_eq!(repository.verdicts("--base HEAD"), [""; 0]);
    repository.write("shared/chat/serve.yaml", &SERVE.replace("chat:app", "chat:other"));
    assert_eq!(repository.verdicts("--base HEAD"), ["chat live"]);
}

/// What has not changed is not even parsed.
#[test]
fn teams_that_have_not_changed_are_dropped() {
    let Some(repository) = Repository::new("") else { return };
    repository.write("teams/vision.toml", &TEAM.replace("max = 3", "max = 5"));
    repository.write("teams/audio.toml", &TEAM.replace('\n', "\r\n"));
    let root = repository.root();
    let revision = Revision::named(&root, "HEAD").unwrap();
    let (mut old, mut new) = (Specs::read_revision(&root, &revision).unwrap(), Specs::read(&root).unwrap());
    Specs::drop_unchanged(&mut old, &mut new);
    // Only its parsed spec tells which file `chat` names.
    assert_eq!(old.teams().collect::<Vec<_>>(), ["chat", "vision"]);
    assert_eq!(new.teams().collect::<Vec<_>>(), ["chat", "vision"]);
    let (mut old, mut new) = (old.parse().unwrap(), new.parse().unwrap());
    Workspace::drop_unchanged(&mut old, &mut new);
    let names: Vec<&str> = new.teams.iter().map(|team| team.name.as_str()).collect();
    assert_eq!(names, ["vision"], "its file has not changed either");
    assert_eq!(old.teams.len(), 1);
}

#[test]
fn teams_and_environments_are_chosen() {
    let Some(repository) = Repository::new("") else { return };
    let both = TEAM.replace("environments = [\"prod\"]\n", "");
    repository.write("teams/vision.toml", &both);
    repository.write("teams/audio.toml", &both);
    repository.commit();
    for team in ["audio", "vision"] {
        repository.write(&format!("teams/{team}.toml"), &both.replace("max = 3", "max = 5"));
    }
    assert_eq!(repository.verdicts("--base HEAD").len(), 4);
    assert_eq!(repository.verdicts("--base HEAD vision"), ["vision-train scale", "vision-train scale"]);
    assert_eq!(repository.verdicts("--base HEAD vision --environment dev"), ["vision-train scale"]);
    repository.remove("teams/audio.toml");
    assert!(
        repository.verdicts("--base HEAD audio").contains(&"audio data".to_owned()),
        "a team that is gone has a name still"
    );
    let wrong = repository.diff("--base HEAD visoin");
    assert_eq!(wrong.status.code(), Some(2));
    assert!(text(&wrong.stderr).contains("did you mean `vision`"), "{wrong:?}");
    assert_eq!(repository.diff("--base HEAD --environment prd").status.code(), Some(2));
}

#[test]
fn verdicts_that_fail() {
    let Some(repository) = Repository::new("") else { return };
    repository.write("teams/vision.toml", &TEAM.replace("max = 3", "max = 5\nenv.MODE = \"fast\""));
    let status = |arguments: &str| repository.diff(arguments).status.code();
    assert_eq!(status(""), Some(0), "a difference is no problem");
    assert_eq!(status("--fail-on restart"), Some(1));
    assert_eq!(status("--fail-on data,restart"), Some(1));
    assert_eq!(status("--fail-on scale"), Some(1), "not only the worst verdict counts");
    assert_eq!(status("--fail-on data,new-cluster"), Some(0));
    assert_eq!(status("--fail-on explode"), Some(2));
}

#[test]
fn what_cannot_be_rendered_is_left_out() {
    let Some(repository) = Repository::new("") else { return };
    repository.write("teams/vision.toml", &TEAM.replace("max = 3", "max = 5"));
    repository.write("teams/audio.toml", "owner = [\n");
    let output = repository.diff("");
    assert_eq!(output.status.code(), Some(1), "specs with errors are a problem");
    assert!(text(&output.stdout).contains("not compared: team `audio`"), "{output:?}");
    assert!(!text(&output.stdout).contains("delete"), "a team that cannot be read is not gone: {output:?}");
    assert!(text(&output.stderr).contains("invalid-toml"), "{output:?}");
    assert_eq!(repository.verdicts(""), ["vision-train scale"]);
    // The other way round it is the base's problem, and none of this change.
    repository.commit();
    repository.write("teams/audio.toml", TEAM);
    let output = repository.diff("--base HEAD");
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output.stderr).contains("in HEAD: teams/audio.toml:"), "{output:?}");
    assert!(!text(&output.stdout).contains("created"), "{output:?}");
}

#[test]
fn a_broken_platform_renders_nothing() {
    let Some(repository) = Repository::new("") else { return };
    repository.write("teams/_platform.toml", "versions = [\n");
    let output = repository.diff("");
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("invalid-toml"), "{output:?}");
    assert!(!text(&output.stdout).contains("delete"), "{output:?}");
    repository.commit();
    repository.write("teams/_platform.toml", PLATFORM);
    let output = repository.diff("--base HEAD");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("error: the specs of HEAD cannot be rendered"), "{output:?}");
}

#[test]
fn an_environment_without_versions_is_left_out() {
    let Some(repository) = Repository::new("") else { return };
    repository.write(
        "teams/_platform.toml",
        &PLATFORM
            .replace("kuberay = \"1.7.0\"\n", "")
            .replace("[environments.dev]\n", "[environments.dev]\nversions.kuberay = \"1.7.0\"\n"),
    );
    let output = repository.diff("");
    assert!(text(&output.stdout).contains("not compared: environment `prod`"), "{output:?}");
    assert!(!text(&output.stdout).contains("delete"), "{output:?}");
}

#[test]
fn an_operator_upgrade_is_told() {
    let Some(repository) = Repository::new("") else { return };
    repository.write("teams/_platform.toml", &PLATFORM.replace("kuberay = \"1.7.0\"", "kuberay = \"1.6.2\""));
    repository.commit();
    repository.write("teams/_platform.toml", PLATFORM);
    repository.write("teams/vision.toml", &TEAM.replace("max = 3", "max = 3\nenv.MODE = \"fast\""));
    let shown = repository.text("--base HEAD vision");
    assert!(shown.contains("KubeRay 1.6.2 → 1.7.0"), "{shown}");
    assert!(shown.contains("1 cluster has its change absorbed by the operator upgrade (vision/train)"), "{shown}");
}

#[test]
fn revisions_that_do_not_exist() {
    let Some(repository) = Repository::new("") else { return };
    let error = |root: &Path, arguments: &str| {
        let output = diff(root, arguments);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        text(&output.stderr).trim_end().to_owned()
    };
    let root = repository.root();
    assert_eq!(error(&root, "--base nowhere"), "error: there is no revision `nowhere`");
    assert_eq!(error(&root, "--base nowhere..."), "error: there is no revision `nowhere`");
    assert_eq!(error(&root, "--base=--all"), "error: there is no revision `--all`");
    let elsewhere = TempDir::new().unwrap();
    fs::create_dir(elsewhere.path().join("teams")).unwrap();
    let message = error(elsewhere.path(), "");
    assert!(message.contains("has no Git revision to compare with: not a git repository"), "{message}");
    git(elsewhere.path(), "init --quiet .");
    assert_eq!(error(elsewhere.path(), ""), "error: the repository has no commit yet to compare with");
    let empty_path =
        Command::new(env!("CARGO_BIN_EXE_raygen")).arg("diff").current_dir(&root).env("PATH", "").output().unwrap();
    assert_eq!(empty_path.status.code(), Some(2));
    assert!(text(&empty_path.stderr).contains("git is not installed or not in PATH"), "{empty_path:?}");
}

#[test]
fn a_shallow_clone_is_said_to_be_one() {
    let Some(repository) = Repository::new("") else { return };
    repository.git("checkout --quiet -b topic");
    repository.write("topic", "");
    repository.commit();
    repository.git("checkout --quiet main");
    repository.write("main", "");
    repository.commit();
    let clone = TempDir::new().unwrap();
    let url = format!("file://{}", repository.directory.path().display());
    git(clone.path(), &format!("clone --quiet --depth 1 --no-single-branch --branch topic {url} ."));
    assert_eq!(git(clone.path(), "rev-parse --is-shallow-repository"), "true");
    let output = diff(clone.path(), "--base origin/main...");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("the clone is shallow: `git fetch --unshallow`"), "{output:?}");
    let known = diff(clone.path(), "--base origin/main");
    assert_eq!(known.status.code(), Some(0), "a commit that is there will do: {known:?}");
}

#[test]
fn everything_is_new_against_a_revision_without_specs() {
    let Some(repository) = Repository::new("") else { return };
    repository.git("checkout --quiet --orphan empty");
    repository.git("rm --quiet -r --cached .");
    repository.git("commit --quiet --allow-empty --message empty");
    let output = repository.diff("--base HEAD");
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output.stderr).contains("HEAD has no specs: everything is new"), "{output:?}");
    let verdicts = repository.verdicts("--base HEAD");
    assert!(!verdicts.is_empty() && verdicts.iter().all(|verdict| verdict.ends_with(" created")), "{verdicts:?}");
}

/// GitHub refuses a comment of more than 65,536 characters.
#[test]
fn a_comment_stays_readable_with_hundreds_of_changes() {
    let Some(repository) = Repository::new("") else { return };
    for index in 0..250 {
        repository.write(&format!("teams/team-{index}.toml"), TEAM);
    }
    repository.commit();
    let long = "x".repeat(4_000);
    for index in 0..250 {
        repository.write(
            &format!("teams/team-{index}.toml"),
            &TEAM.replace("max = 3", &format!("max = 5\nenv.MODE = \"{long}|<b>`\"")),
        );
    }
    let comment = repository.text("--base HEAD --format markdown");
    let length = comment.chars().count();
    assert!(length < 65_536, "{length} characters");
    assert!(comment.contains("**prod**: 250 clusters restart (team-0/train, "), "{comment}");
    assert!(comment.contains("| | 200 more | |"), "the table is cut");
    assert!(comment.contains("for which a comment has no room"), "the details are cut");
    assert_eq!(comment.matches("<details>").count(), comment.matches("</details>").count());
    assert_eq!(comment.matches("````").count() % 2, 0);
    assert!(comment.trim_end().ends_with("</sub>"), "the end is there");
}

#[test]
fn json_has_everything() {
    let Some(repository) = Repository::new("") else { return };
    repository.write("teams/vision.toml", &TEAM.replace("max = 3", "max = 5\nenv.MODE = \"fast\""));
    let output = repository.diff("--format json");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["version"], 1);
    assert_eq!(report["base"]["commit"], repository.git("rev-parse HEAD"));
    let prod = &report["environments"][0];
    assert_eq!(prod["headline"], "1 cluster restarts (vision/train)");
    let object = &prod["objects"][0];
    assert_eq!(
        (&object["team"], &object["workload"], &object["action"]),
        (&"vision".into(), &"train".into(), &"changed".into())
    );
    assert_eq!(object["effects"][0]["verdict"], "restart");
    assert!(object["effects"][0]["fact"].as_str().unwrap().contains("shouldRecreatePodsForUpgrade"));
    let bounds = object["changes"]
        .as_array()
        .unwrap()
        .iter()
        .find(|change| change["path"] == "spec.workerGroupSpecs[cpu].maxReplicas");
    assert_eq!(bounds.unwrap()["new"], 5);
}
