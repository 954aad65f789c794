//! The output directory: what is written, what is left alone, and that nothing is lost.

use std::fs;
use std::path::Path;

use raygen::tree::{Comparison, Output, Refused, Scope, State, Tree, compare, unified_diff, with_header, write};
use tempfile::TempDir;

const VISION: &str = "prod/vision/namespace-vision.yaml";
const POOL: &str = "prod/_cluster/nodepool-vision.yaml";
const AUDIO: &str = "prod/audio/namespace-audio.yaml";

struct Workspace {
    _root: TempDir,
    output: Output,
}

impl Workspace {
    fn new() -> Self {
        let root = tempfile::tempdir().expect("a temporary directory");
        let output = Output::new(root.path(), "generated").expect("a plain directory");
        Self { _root: root, output }
    }

    fn put(&self, path: &str, text: impl AsRef<[u8]>) {
        let file = self.output.path().join(path);
        fs::create_dir_all(file.parent().expect("files have parents")).expect("directories can be made");
        fs::write(file, text).expect("files can be written");
    }

    fn text(&self, path: &str) -> String {
        fs::read_to_string(self.output.path().join(path)).unwrap_or_default()
    }

    fn write(&self, tree: &Tree) -> Comparison {
        write(tree, &self.output, &Scope::everything(), false).expect("writing succeeds")
    }

    /// All files and directories below the output directory.
    fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        let mut directories = vec![self.output.path().to_owned()];
        while let Some(directory) = directories.pop() {
            for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
                if entry.file_type().expect("entries have types").is_dir() {
                    directories.push(entry.path());
                }
                let name = entry.path();
                let name = name.strip_prefix(self.output.path()).expect("below the output directory");
                names.push(name.to_str().expect("UTF-8").to_owned());
            }
        }
        names.sort();
        names
    }
}

fn body(path: &str, body: &str) -> String {
    let team = if path == AUDIO { "audio" } else { "vision" };
    with_header(path, &format!("teams/{team}.toml"), body)
}

fn tree<const N: usize>(files: [(&str, &str); N]) -> Tree {
    let mut tree = Tree::default();
    for (path, text) in files {
        tree.insert(path, body(path, text)).expect("the paths differ");
    }
    tree
}

fn states(comparison: &Comparison) -> Vec<(&str, State)> {
    comparison.files.iter().map(|(path, file)| (path.as_str(), file.state)).collect()
}

#[test]
fn paths_that_leave_the_directory_are_refused() {
    for path in
        ["", "/etc/passwd", "../x", "a/../b", "a//b", "a/", "./a", ".git/config", "a\\b", "a\nb", "a/.raygen-x.tmp"]
    {
        assert_eq!(Tree::default().insert(path, ""), Err(Refused::Unsafe(path.to_owned())));
    }
}

#[test]
fn a_path_is_taken_once() {
    let mut tree = Tree::default();
    tree.insert("a/b.yaml", "1").expect("free");
    let taken = |path: &str| Err(Refused::Taken(path.to_owned()));
    assert_eq!(tree.insert("a/b.yaml", "2"), taken("a/b.yaml"));
    assert_eq!(tree.insert("a", "2"), taken("a/b.yaml"));
    assert_eq!(tree.insert("a/b.yaml/c", "2"), taken("a/b.yaml"));
    tree.insert("a/b", "3").expect("free");
    tree.insert("a-b", "3").expect("free");
    assert_eq!(tree.iter().map(|(path, _)| path).collect::<Vec<_>>(), ["a-b", "a/b", "a/b.yaml"]);
    assert_eq!((tree.len(), tree.get("a/b.yaml")), (3, Some("1")));
}

#[test]
fn many_files_make_the_tree_that_they_make_one_by_one() {
    for paths in [
        &["b/c.yaml", "a/b.yaml", "a-b/c.yaml", "a/b/c.yaml", "a.yaml"] as &[&str],
        &["a/b.yaml", "a/c.yaml", "a/b.yaml"],
        &["a/b/c.yaml", "a/b-c.yaml", "a/b"],
        &["a/b", "a/b-c.yaml", "a/b/c.yaml"],
        &["a/b.yaml", "../x", "a/c.yaml", ".git/config"],
        &[],
    ] {
        let files: Vec<(String, String)> =
            paths.iter().enumerate().map(|(n, path)| ((*path).to_owned(), n.to_string())).collect();
        let mut one_by_one = Tree::default();
        for (path, text) in &files {
            let _ = one_by_one.insert(path.as_str(), text.as_str());
        }
        assert_eq!(Tree::of(files), one_by_one, "{paths:?}");
    }
}

#[test]
fn a_first_write_creates_everything_and_a_second_touches_nothing() {
    let workspace = Workspace::new();
    let tree = tree([(VISION, "a: 1\n"), (POOL, "b: 1\n")]);
    let expected = [(POOL, State::Created), (VISION, State::Created)];
    let comparison = compare(&tree, &workspace.output, &Scope::everything()).expect("nothing to read");
    assert_eq!(states(&comparison), expected);
    assert!(!comparison.is_current());
    assert!(!workspace.output.path().exists(), "comparing writes nothing");

    assert_eq!(states(&workspace.write(&tree)), expected);
    assert_eq!(workspace.text(VISION), body(VISION, "a: 1\n"));
    assert_eq!(workspace.names(), ["prod", "prod/_cluster", POOL, "prod/vision", VISION]);

    let old = fs::File::open(workspace.output.path().join(VISION)).expect("written");
    let time = std::time::SystemTime::UNIX_EPOCH;
    old.set_modified(time).expect("times can be set");
    let again = workspace.write(&tree);
    assert!(again.is_current());
    assert_eq!(again.count(State::Unchanged), 2);
    let metadata = fs::metadata(workspace.output.path().join(VISION)).expect("written");
    assert_eq!(metadata.modified().expect("times are kept"), time);
}

#[test]
fn a_changed_spec_changes_its_file() {
    let workspace = Workspace::new();
    workspace.write(&tree([(VISION, "a: 1\n")]));
    let new = tree([(VISION, "a: 2\n")]);
    let comparison = workspace.write(&new);
    assert_eq!(states(&comparison), [(VISION, State::Changed)]);
    assert_eq!(comparison.files[VISION].old, Some(body(VISION, "a: 1\n")));
    assert_eq!(workspace.text(VISION), body(VISION, "a: 2\n"));
}

#[test]
fn files_of_a_removed_spec_go_and_so_do_their_directories() {
    let workspace = Workspace::new();
    workspace.write(&tree([(VISION, "a: 1\n"), (AUDIO, "a: 1\n")]));
    workspace.put("prod/audio/notes.txt", "mine");
    let comparison = workspace.write(&Tree::default());
    assert_eq!(
        states(&comparison),
        [(AUDIO, State::Removed), ("prod/audio/notes.txt", State::ForeignOrphan), (VISION, State::Removed)]
    );
    assert_eq!(workspace.names(), ["prod", "prod/audio", "prod/audio/notes.txt"]);
}

#[test]
fn edited_files_are_left_alone_unless_forced() {
    let workspace = Workspace::new();
    let edited = body(VISION, "a: 1\n") + "b: by hand\n";
    let orphan = body(AUDIO, "a: 1\n").replace("a: 1", "a: 2");
    workspace.put(VISION, &edited);
    workspace.put(AUDIO, &orphan);
    let tree = tree([(VISION, "a: 1\n")]);
    let expected = [(AUDIO, State::EditedOrphan), (VISION, State::Edited)];
    assert_eq!(states(&workspace.write(&tree)), expected);
    assert_eq!((workspace.text(VISION), workspace.text(AUDIO)), (edited, orphan));

    let forced = write(&tree, &workspace.output, &Scope::everything(), true).expect("writing succeeds");
    assert_eq!(states(&forced), expected);
    assert_eq!(workspace.names(), ["prod", "prod/vision", VISION]);
    assert_eq!(workspace.text(VISION), body(VISION, "a: 1\n"));
}

#[test]
fn foreign_files_are_left_alone_even_when_forced() {
    let workspace = Workspace::new();
    workspace.put(VISION, "mine: true\n");
    workspace.put(POOL, b"\xff\xfe");
    workspace.put("prod/vision/.gitkeep", "");
    let tree = tree([(VISION, "a: 1\n"), (POOL, "b: 1\n"), (AUDIO, "c: 1\n")]);
    let forced = write(&tree, &workspace.output, &Scope::everything(), true).expect("writing succeeds");
    assert_eq!(states(&forced), [(POOL, State::Foreign), (AUDIO, State::Created), (VISION, State::Foreign)]);
    assert_eq!(workspace.text(VISION), "mine: true\n");
    assert_eq!(workspace.text(AUDIO), body(AUDIO, "c: 1\n"));
}

#[test]
fn orphans_out_of_scope_are_neither_removed_nor_reported() {
    let workspace = Workspace::new();
    let audio_pool = "prod/_cluster/nodepool-audio.yaml";
    let mut all = tree([(VISION, "a: 1\n"), (AUDIO, "a: 1\n"), (POOL, "a: 1\n"), ("dev/vision/x.yaml", "a: 1\n")]);
    all.insert(audio_pool, with_header(audio_pool, "teams/audio.toml", "a: 1\n")).expect("free");
    workspace.write(&all);
    workspace.put("prod/_cluster/foreign.yaml", "mine");

    let none = Tree::default();
    let orphans = |scope: &Scope| {
        let comparison = compare(&none, &workspace.output, scope).expect("readable");
        comparison.files.into_keys().collect::<Vec<_>>()
    };
    assert_eq!(orphans(&Scope::everything().below(["prod/vision"])), [VISION]);
    assert_eq!(orphans(&Scope::everything().below(["dev", "prod/audio"])), ["dev/vision/x.yaml", AUDIO]);
    assert_eq!(orphans(&Scope::everything().below(["pro"])), [""; 0]);
    let team = Scope::everything().below(["prod"]).from_sources(["teams/vision.toml"]);
    assert_eq!(orphans(&team), [POOL, VISION]);

    let rendered = tree([(VISION, "a: 2\n")]);
    let comparison = write(&rendered, &workspace.output, &team, false).expect("writing succeeds");
    assert_eq!(states(&comparison), [(POOL, State::Removed), (VISION, State::Changed)]);
    assert!(!workspace.text(AUDIO).is_empty() && !workspace.text(audio_pool).is_empty());
}

#[test]
fn rendering_resolves_a_merge_conflict() {
    let workspace = Workspace::new();
    let (ours, theirs) = (body(VISION, "a: 1\n"), body(VISION, "a: 2\n"));
    workspace.put(VISION, format!("<<<<<<< HEAD\n{ours}=======\n{theirs}>>>>>>> main\n"));
    assert_eq!(states(&workspace.write(&tree([(VISION, "a: 3\n")]))), [(VISION, State::Changed)]);
    assert_eq!(workspace.text(VISION), body(VISION, "a: 3\n"));
}

#[test]
fn carriage_returns_of_a_checkout_are_no_edits() {
    let workspace = Workspace::new();
    let text = body(VISION, "a: 1\nb: 2\n").replace('\n', "\r\n");
    workspace.put(VISION, &text);
    assert_eq!(states(&workspace.write(&tree([(VISION, "a: 1\nb: 2\n")]))), [(VISION, State::Unchanged)]);
    assert_eq!(workspace.text(VISION), text);
    assert_eq!(states(&workspace.write(&tree([(VISION, "a: 2\n")]))), [(VISION, State::Changed)]);
    assert_eq!(workspace.text(VISION), body(VISION, "a: 2\n"));
}

#[test]
fn leftovers_of_a_killed_run_are_removed() {
    let workspace = Workspace::new();
    workspace.put("prod/vision/.raygen-Ab12Cd.tmp", "half");
    workspace.put("prod/gone/.raygen-Ab12Cd.tmp", "half");
    workspace.put("prod/vision/.raygen-notes", "mine");
    workspace.write(&tree([(VISION, "a: 1\n")]));
    assert_eq!(workspace.names(), ["prod", "prod/vision", "prod/vision/.raygen-notes", VISION]);
}

#[test]
fn something_in_the_way_leaves_the_old_tree_whole() {
    for obstacle in ["prod/vision", "prod/vision/namespace-vision.yaml/inner"] {
        let workspace = Workspace::new();
        let old = tree([(AUDIO, "a: 1\n")]);
        workspace.write(&old);
        workspace.put(obstacle, "mine");
        let before = workspace.names();
        let new = tree([(AUDIO, "a: 2\n"), (VISION, "a: 1\n")]);
        let error = write(&new, &workspace.output, &Scope::everything(), true).expect_err("in the way");
        assert!(format!("{error:#}").starts_with("generated/prod/vision"), "{error:#}");
        assert!(format!("{error:#}").contains("move it away"), "{error:#}");
        assert_eq!(workspace.names(), before);
        assert_eq!(workspace.text(AUDIO), body(AUDIO, "a: 1\n"));
    }
}

#[test]
fn a_failure_in_the_middle_leaves_the_old_tree_whole() {
    let workspace = Workspace::new();
    workspace.write(&tree([(AUDIO, "a: 1\n")]));
    let before = workspace.names();
    // The longest path of Linux has 4095 bytes: the directory still fits, and nothing in it does.
    let room = 4090 - workspace.output.path().as_os_str().len() - 1;
    let mut long = String::from("d/");
    while long.len() + 200 < room {
        long += &("d".repeat(199) + "/");
    }
    long.push_str(&"d".repeat(room - long.len()));
    long.push_str("/x.yaml");
    let mut new = tree([(AUDIO, "a: 2\n"), (VISION, "a: 1\n")]);
    new.insert(long, "x").expect("the names are fine");
    let error = write(&new, &workspace.output, &Scope::everything(), false).expect_err("too long");
    let error = format!("{error:#}");
    assert!(error.starts_with("write generated/d/") || cfg!(not(target_os = "linux")), "{error}");
    assert!(error.contains("(os error "), "{error}");
    assert_eq!(workspace.names(), before);
    assert_eq!(workspace.text(AUDIO), body(AUDIO, "a: 1\n"));
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn symbolic_links_are_not_followed() {
        let elsewhere = tempfile::tempdir().expect("a temporary directory");
        fs::write(elsewhere.path().join("namespace-vision.yaml"), body(VISION, "a: 0\n")).expect("writable");
        let target = elsewhere.path().join("namespace-vision.yaml");
        for (link, to) in [
            ("prod", elsewhere.path()),
            ("prod/vision", elsewhere.path()),
            (VISION, target.as_path()),
            (VISION, Path::new("nowhere")),
        ] {
            let workspace = Workspace::new();
            let link = workspace.output.path().join(link);
            fs::create_dir_all(link.parent().expect("below generated")).expect("writable");
            symlink(to, &link).expect("links can be made");
            let tree = tree([(VISION, "a: 1\n")]);
            for force in [false, true] {
                let error = write(&tree, &workspace.output, &Scope::everything(), force).expect_err("a link");
                assert!(format!("{error:#}").contains("is a symbolic link"), "{error:#}");
            }
            // As an orphan it is reported, and what it leads to is not.
            let comparison = workspace.write(&Tree::default());
            assert_eq!(comparison.files.len(), 1);
            assert_eq!(comparison.count(State::ForeignOrphan), 1);
            assert_eq!(fs::read_to_string(&target).expect("untouched"), body(VISION, "a: 0\n"));
        }
    }

    #[test]
    fn the_output_directory_stays_in_the_workspace() {
        let elsewhere = tempfile::tempdir().expect("a temporary directory");
        let root = tempfile::tempdir().expect("a temporary directory");
        symlink(elsewhere.path(), root.path().join("out")).expect("links can be made");
        symlink(".", root.path().join("self")).expect("links can be made");
        symlink("nowhere", root.path().join("dangling")).expect("links can be made");
        fs::write(root.path().join("file"), "").expect("writable");
        for directory in [
            "out",
            "out/generated",
            "self",
            "dangling",
            "file",
            "file/x",
            "",
            ".",
            "..",
            "a/../..",
            "/tmp",
            ".git",
            ".git/hooks",
            "teams",
            "schemas/x",
        ] {
            let error = Output::new(root.path(), directory).expect_err(directory);
            assert!(!format!("{error:#}").is_empty());
        }
        fs::create_dir(root.path().join("real")).expect("writable");
        symlink("real", root.path().join("inside")).expect("links can be made");
        let output = Output::new(root.path(), "inside").expect("a link inside the workspace");
        write(&tree([(VISION, "a: 1\n")]), &output, &Scope::everything(), false).expect("writing succeeds");
        assert!(root.path().join("real").join(VISION).is_file());
        assert_eq!(
            Output::new(root.path(), "deploy/k8s/").expect("fine").display(VISION),
            format!("deploy/k8s/{VISION}")
        );
    }

    #[test]
    fn a_directory_without_write_permission_leaves_the_old_tree_whole() {
        let workspace = Workspace::new();
        workspace.write(&tree([(AUDIO, "a: 1\n"), (VISION, "a: 1\n")]));
        let directory = workspace.output.path().join("prod/vision");
        fs::set_permissions(&directory, fs::Permissions::from_mode(0o555)).expect("ours");
        if fs::write(directory.join("probe"), "").is_ok() {
            // Permissions do not bind root; the other tests of failures do.
            return;
        }
        let new = tree([(AUDIO, "a: 2\n"), (VISION, "a: 2\n")]);
        let error = write(&new, &workspace.output, &Scope::everything(), false).expect_err("read-only");
        assert!(format!("{error:#}").starts_with(&format!("write generated/{VISION}: ")), "{error:#}");
        assert_eq!(workspace.text(AUDIO), body(AUDIO, "a: 1\n"));
        assert_eq!(workspace.names().iter().filter(|name| name.contains(".raygen-")).count(), 0);
        fs::set_permissions(&directory, fs::Permissions::from_mode(0o755)).expect("ours");
    }

    #[test]
    fn written_files_follow_the_umask() {
        let workspace = Workspace::new();
        workspace.write(&tree([(VISION, "a: 1\n")]));
        workspace.put("plain", "");
        let mode = |path: &str| fs::metadata(workspace.output.path().join(path)).expect("written").permissions().mode();
        assert_eq!(mode(VISION), mode("plain"));
    }
}

#[test]
fn two_writers_at_once_leave_one_whole_tree() {
    let workspace = Workspace::new();
    let name = |index: usize| format!("prod/vision/object-{index}.yaml");
    let trees: Vec<Tree> = ["a: 1\n", "a: 2\n"]
        .iter()
        .map(|text| {
            let mut tree = Tree::default();
            for index in 0..50 {
                tree.insert(name(index), body(VISION, text)).expect("the paths differ");
            }
            tree
        })
        .collect();
    std::thread::scope(|scope| {
        for tree in &trees {
            scope.spawn(|| (0..5).for_each(|_| drop(workspace.write(tree))));
        }
    });
    let current = trees
        .iter()
        .filter(|tree| compare(tree, &workspace.output, &Scope::everything()).expect("readable").is_current());
    assert_eq!(current.count(), 1);
    assert_eq!(workspace.names().len(), 52);
}

#[test]
fn diffs_read_like_those_of_git() {
    let old = "line 1\nline 2\nline 3\nline 4\nline 5\nline 6\nline 7\nline 8\nline 9\n";
    let new = old.replace("line 5\n", "line five\n");
    assert_eq!(
        unified_diff("generated/x.yaml", Some(old), Some(&new)),
        "--- generated/x.yaml\n+++ generated/x.yaml\n@@ -2,7 +2,7 @@\n line 2\n line 3\n line 4\n-line 5\n+line five\n \
         line 6\n line 7\n line 8\n"
    );
    assert_eq!(
        unified_diff("generated/x.yaml", None, Some("a\n")),
        "--- /dev/null\n+++ generated/x.yaml\n@@ -0,0 +1 @@\n+a\n"
    );
    assert_eq!(
        unified_diff("generated/x.yaml", Some("a\n"), None),
        "--- generated/x.yaml\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n"
    );
    assert_eq!(unified_diff("generated/x.yaml", Some("a\n"), Some("a\n")), "");
}

#[test]
fn a_comparison_shows_what_writing_would_change() {
    let workspace = Workspace::new();
    workspace.write(&tree([(VISION, "a: 1\n"), (AUDIO, "a: 1\n")]));
    let new = tree([(VISION, "a: 1\n"), (POOL, "b: 1\n")]);
    let comparison = compare(&new, &workspace.output, &Scope::everything()).expect("readable");
    let diff = comparison.diff(&new, &workspace.output);
    let headers: Vec<&str> = diff.lines().filter(|line| line.starts_with("--- ") || line.starts_with("+++ ")).collect();
    assert_eq!(
        headers,
        ["--- /dev/null", &format!("+++ generated/{POOL}"), &format!("--- generated/{AUDIO}"), "+++ /dev/null"]
    );
}
