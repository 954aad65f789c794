//! Trouble in the middle of a write: the disk is full, the user presses Ctrl-C. Every file is whole, old or new, and the
//! next run repairs the tree.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

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

/// Random numbers that are the same in every run: a linear congruential generator (Knuth's MMIX).
struct Seeded(u64);

impl Seeded {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

/// How many renders are killed. `RAYGEN_KILLS=500` takes a minute or two.
const KILLS: usize = 80;

/// Killed without any chance to clean up, at random points: each file is whole, old or new, and the next run repairs the
/// tree and takes away what the killed ones left.
#[test]
#[cfg(unix)]
fn a_kill_at_any_point_leaves_every_file_old_or_new() {
    let kills: usize = std::env::var("RAYGEN_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(KILLS);
    let Killed { before, during, after, leaving } = kill_renders(1, kills);
    println!("{kills} killed: {before} before anything was written, {during} in the middle, {after} at the end");
    println!("{leaving} left temporary files");
    assert!(during > 0 && leaving > 0, "no run was killed while it wrote");
}

/// Where the killed runs were.
#[derive(Default)]
struct Killed {
    before: usize,
    during: usize,
    after: usize,
    leaving: usize,
}

fn kill_renders(seed: u64, kills: usize) -> Killed {
    const TEAMS: usize = 12;
    let texts = [TEAM.to_owned(), TEAM.replace("max = 3", "max = 5")];
    let trees = texts.clone().map(|text| {
        let root = workspace(TEAMS, &text);
        assert_eq!(raygen(root.path(), "render"), 0);
        generated(root.path())
    });
    let root = workspace(TEAMS, &texts[0]);
    let started = Instant::now();
    assert_eq!(raygen(root.path(), "render"), 0);
    let whole = u64::try_from(started.elapsed().as_micros()).unwrap();
    let mut random = Seeded(seed);
    let mut killed = Killed::default();
    let mut current = 0;
    for round in 0..kills {
        let next = 1 - current;
        for team in 0..TEAMS {
            fs::write(root.path().join(format!("teams/team-{team}.toml")), &texts[next]).unwrap();
        }
        let mut child = Command::new(env!("CARGO_BIN_EXE_raygen"))
            .current_dir(root.path())
            .arg("render")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // One in four anywhere, the others a little after the first temporary file appears: what a test of points in
        // time has to wait for is time.
        let pause = |micros| std::thread::sleep(Duration::from_micros(micros));
        if random.below(4) == 0 {
            pause(random.below(whole));
        } else {
            while child.try_wait().unwrap().is_none() && temporary(root.path()) == 0 {
                pause(50);
            }
            pause(random.below(2500));
        }
        // `kill` of the standard library is SIGKILL. A child that has ended already cannot be killed, and need not be.
        let _ = child.kill();
        child.wait().unwrap();
        let found = generated(root.path());
        assert!(found.keys().eq(trees[0].keys()), "round {round}: files came or went");
        for (path, text) in &found {
            assert!(*text == trees[0][path] || *text == trees[1][path], "round {round}: {path} is half written");
        }
        let renewed =
            found.iter().filter(|(path, text)| **text == trees[next][*path] && **text != trees[current][*path]).count();
        let all = trees[next].iter().filter(|(path, text)| **text != trees[current][*path]).count();
        killed.before += usize::from(renewed == 0);
        killed.during += usize::from(renewed > 0 && renewed < all);
        killed.after += usize::from(renewed == all);
        killed.leaving += usize::from(temporary(root.path()) > 0);
        // Some of the next runs are killed as well; every other one repairs.
        if round % 2 == 1 || round + 1 == kills {
            assert_eq!(raygen(root.path(), "render"), 0, "round {round}");
            assert_eq!(generated(root.path()), trees[next], "round {round}");
            assert_eq!(temporary(root.path()), 0, "round {round}: a temporary file is left");
            current = next;
        }
    }
    killed
}

/// How many temporary files there are, none of which could be taken for a manifest.
fn temporary(root: &Path) -> usize {
    let mut count = 0;
    let mut open = vec![root.join("generated")];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                open.push(entry.path());
            } else if name.starts_with('.') {
                assert!(name.strip_suffix(".tmp").is_some_and(|name| name.starts_with(".raygen-")), "{name}");
                count += 1;
            }
        }
    }
    count
}

/// Two renders of different specs at once: each waits for the other, and the tree is that of one of them.
#[test]
fn two_renders_at_once_do_not_corrupt_the_tree() {
    let roots = [workspace(8, TEAM), workspace(8, &TEAM.replace("max = 3", "max = 5"))];
    let trees: Vec<BTreeMap<String, String>> = roots
        .iter()
        .map(|root| {
            assert_eq!(raygen(root.path(), "render"), 0);
            generated(root.path())
        })
        .collect();
    let shared = workspace(8, TEAM);
    for round in 0..6 {
        // Both read their specs before either writes: the first process starts with the old ones.
        let render = || {
            Command::new(env!("CARGO_BIN_EXE_raygen"))
                .current_dir(shared.path())
                .arg("render")
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap()
        };
        let first = render();
        for team in 0..8 {
            let path = format!("teams/team-{team}.toml");
            let text = fs::read_to_string(roots[(round + 1) % 2].path().join(&path)).unwrap();
            // Beside and renamed, as editors do it: a spec is never half there.
            let beside = shared.path().join(format!("teams/team-{team}.new"));
            fs::write(&beside, text).unwrap();
            fs::rename(beside, shared.path().join(&path)).unwrap();
        }
        for mut child in [first, render(), render()] {
            assert!(child.wait().unwrap().success(), "round {round}");
        }
        let found = generated(shared.path());
        assert!(found.keys().eq(trees[0].keys()), "round {round}");
        for (path, text) in &found {
            assert!(*text == trees[0][path] || *text == trees[1][path], "round {round}: {path}");
        }
        assert_eq!(raygen(shared.path(), "render"), 0, "round {round}");
        assert_eq!(generated(shared.path()), trees[(round + 1) % 2], "round {round}");
        assert_eq!(temporary(shared.path()), 0, "round {round}");
    }
}
