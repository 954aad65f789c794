//! `raygen diff` as people and CI see it: which revision it compares with, what it prints, and how it exits.

mod bases;
mod left_out;
mod reports;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

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

/// The pool's limits are written, or they would follow `max`.
const TEAM: &str = r#"owner = "vision@example.com"
environments = ["prod"]

[clusters.train]
upgrade = "recreate"

[clusters.train.workers.cpu]
max = 3
cpu = 6
memory = "24Gi"
node-pool.limits.cpu = 64
"#;

const SERVICE: &str = r#"environments = ["prod"]

[services.chat]
auth = { secret = "token" }
serve-config-file = "chat/serve.yaml"

[services.chat.workers.cpu]
max = 3
cpu = 6
memory = "24Gi"
node-pool.limits.cpu = 64
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
