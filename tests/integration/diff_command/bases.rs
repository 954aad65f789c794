//! What the working tree is compared with, and what of both.

use std::fs;
use std::path::Path;
use std::process::Command;

use raygen::workspace::{Revision, Specs, Workspace};
use tempfile::TempDir;

use super::{PLATFORM, Repository, SERVE, SERVICE, TEAM, diff, git, text};

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
    repository.write("teams/vision.toml", &TEAM.replace("max = 3", "max = 5"));
    repository.remove("teams/audio.toml");
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
