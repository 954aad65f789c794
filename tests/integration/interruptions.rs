//! Trouble in the middle of a write: the disk is full, the user presses Ctrl-C. Every file is whole, old or new, and the
//! next run repairs the tree.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

const PLATFORM: &str = include_str!("../rules/platform.toml");
const TEAM: &str = "[clusters.train.workers.cpu]\ncpu = 6\nmemory = \"24Gi\"\nmax = 3\n";

fn workspace(teams: usize, text: &str) -> TempDir {
    let root = TempDir::new().unwrap();
    fs::create_dir(root.path().join("teams")).unwrap();
    fs::write(root.path().join("teams/_platform.toml"), PLATFORM).unwrap();
    for index in 0..teams {
        fs::write(root.path().join(format!("teams/team-{index}.toml")), text).unwrap();
    }
    root
}

/// All files below `generated`, by path; temporary ones are raygen's own affair.
fn generated(root: &Path) -> BTreeMap<String, String> {
    fn walk(directory: &Path, prefix: &str, files: &mut BTreeMap<String, String>) {
        for entry in fs::read_dir(directory).into_iter().flatten() {
            let entry = entry.unwrap();
            let name = format!("{prefix}/{}", entry.file_name().to_string_lossy());
            if entry.file_type().unwrap().is_dir() {
                walk(&entry.path(), &name, files);
            } else if !entry.file_name().to_string_lossy().starts_with(".raygen-") {
                files.insert(name, fs::read_to_string(entry.path()).unwrap());
            }
        }
    }
    let mut files = BTreeMap::new();
    walk(&root.join("generated"), "", &mut files);
    files
}

fn raygen(root: &Path, arguments: &str) -> i32 {
    let mut command = Command::new(env!("CARGO_BIN_EXE_raygen"));
    let output = command.current_dir(root).args(arguments.split_whitespace()).output().unwrap();
    output.status.code().unwrap()
}

/// A limit on the size of files stands for a disk without room: the write fails with an error, not a signal.
#[test]
#[cfg(unix)]
fn a_write_that_fails_leaves_the_old_tree_whole() {
    let root = workspace(2, TEAM);
    assert_eq!(raygen(root.path(), "render"), 0);
    let before = generated(root.path());
    fs::write(root.path().join("teams/team-1.toml"), TEAM.replace("max = 3", "max = 5")).unwrap();
    fs::write(root.path().join("teams/team-2.toml"), TEAM).unwrap();

    let script = format!("trap '' XFSZ; ulimit -f 2; exec {} render", env!("CARGO_BIN_EXE_raygen"));
    let output = Command::new("sh").args(["-c", &script]).current_dir(root.path()).output().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{errors}");
    assert!(errors.contains("error: write generated/prod/"), "{errors}");
    assert_eq!(generated(root.path()), before);
    let leftovers = Command::new("find").args([".", "-name", ".raygen-*"]).current_dir(root.path()).output().unwrap();
    assert_eq!(String::from_utf8(leftovers.stdout).unwrap(), "");

    assert_eq!(raygen(root.path(), "render"), 0);
    assert_eq!(raygen(root.path(), "render --check"), 0);
}

/// Interrupted as soon as so many files are there: whatever stands in the tree is old or new, never half.
#[test]
#[cfg(unix)]
fn ctrl_c_leaves_every_file_old_or_new() {
    let root = workspace(60, TEAM);
    assert_eq!(raygen(root.path(), "render"), 0);
    let old = generated(root.path());
    let changed = workspace(60, &TEAM.replace("max = 3", "max = 5"));
    assert_eq!(raygen(changed.path(), "render"), 0);
    let new = generated(changed.path());
    for index in 0..60 {
        fs::copy(
            changed.path().join(format!("teams/team-{index}.toml")),
            root.path().join(format!("teams/team-{index}.toml")),
        )
        .unwrap();
    }

    for progress in [0, 1, 5, 40] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_raygen"))
            .current_dir(root.path())
            .arg("render")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let renewed = || {
            generated(root.path()).iter().filter(|(path, text)| new[*path] == **text && old[*path] != **text).count()
        };
        while child.try_wait().unwrap().is_none() && renewed() < progress {}
        // A child that has ended already cannot be told, and need not be.
        let _ = Command::new("kill").args(["-INT", &child.id().to_string()]).stderr(Stdio::null()).status();
        child.wait().unwrap();
        for (path, text) in generated(root.path()) {
            assert!(text == old[&path] || text == new[&path], "{path} is half written");
        }
    }
    assert_eq!(raygen(root.path(), "render"), 0);
    assert_eq!(generated(root.path()), new);
    assert_eq!(raygen(root.path(), "render --check"), 0);
}
