//! The stages of a render, apart and together, by number of teams.
//!
//! `cargo bench --bench render` prints minimum, median and mean. Compare ratios within one run.

mod synthetic;

use std::path::Path;
use std::process::Command;

use divan::Bencher;
use raygen::check;
use raygen::lint::{self, Subject};
use raygen::manifest::{self, Built};
use raygen::resolve::{self, Resolution, Selection};
use raygen::tree::{self, Output, Scope, Tree};
use raygen::workspace::{self, Workspace};
use tempfile::TempDir;

const TEAMS: [usize; 4] = [1, 100, 1_000, 10_000];

fn main() {
    divan::main();
}

fn files(teams: usize) -> TempDir {
    let directory = tempfile::tempdir().expect("a temporary directory can be made");
    synthetic::write(directory.path(), teams).expect("a temporary directory can be written");
    directory
}

fn loaded(root: &Path) -> Workspace {
    workspace::load(root).expect("a temporary directory can be read")
}

fn resolved(workspace: &Workspace) -> Resolution {
    resolve::resolve(workspace, &Selection::default())
}

fn rendered(root: &Path) -> Tree {
    let workspace = loaded(root);
    let resolution = resolved(&workspace);
    let built = manifest::build(&resolution);
    assert!(!check::check(&workspace, &resolution, &built).has_errors(), "the synthetic specs are right");
    manifest::emit(&resolution, &built)
}

fn output(root: &Path) -> Output {
    Output::new(root, "generated").expect("a temporary directory is a root")
}

#[divan::bench(args = TEAMS, sample_count = 10, sample_size = 1)]
fn load(bencher: Bencher<'_, '_>, teams: usize) {
    let root = files(teams);
    bencher.bench(|| loaded(root.path()));
}

#[divan::bench(args = TEAMS, sample_count = 10, sample_size = 1)]
fn resolve_teams(bencher: Bencher<'_, '_>, teams: usize) {
    let root = files(teams);
    let workspace = loaded(root.path());
    bencher.bench(|| resolved(&workspace));
}

fn prepared(teams: usize) -> (Workspace, Resolution, Built) {
    let root = files(teams);
    let workspace = loaded(root.path());
    let resolution = resolved(&workspace);
    let built = manifest::build(&resolution);
    (workspace, resolution, built)
}

#[divan::bench(args = TEAMS, sample_count = 10, sample_size = 1)]
fn build(bencher: Bencher<'_, '_>, teams: usize) {
    let (_, resolution, _) = prepared(teams);
    bencher.bench(|| manifest::build(&resolution));
}

/// The rules alone, without schemas.
#[divan::bench(args = TEAMS, sample_count = 10, sample_size = 1)]
fn lint_rules(bencher: Bencher<'_, '_>, teams: usize) {
    let (workspace, resolution, built) = prepared(teams);
    bencher.bench(|| lint::lint(&Subject::new(&workspace, &resolution, &built)));
}

/// Compiles the schemas of the kinds in use, too, as every run does.
#[divan::bench(args = TEAMS, sample_count = 10, sample_size = 1)]
fn check_objects(bencher: Bencher<'_, '_>, teams: usize) {
    let (workspace, resolution, built) = prepared(teams);
    bencher.bench(|| check::check(&workspace, &resolution, &built));
}

#[divan::bench(args = TEAMS, sample_count = 10, sample_size = 1)]
fn emit(bencher: Bencher<'_, '_>, teams: usize) {
    let (_, resolution, built) = prepared(teams);
    bencher.bench(|| manifest::emit(&resolution, &built));
}

#[divan::bench(args = TEAMS, sample_count = 10, sample_size = 1)]
fn write(bencher: Bencher<'_, '_>, teams: usize) {
    let root = files(teams);
    let tree = rendered(root.path());
    bencher.bench(|| {
        let target = tempfile::tempdir().expect("a temporary directory can be made");
        tree::write(&tree, &output(target.path()), &Scope::everything(), false).expect("it can be written");
        target
    });
}

/// `render --check` on a tree that is current.
#[divan::bench(args = TEAMS, sample_count = 10, sample_size = 1)]
fn unchanged_check(bencher: Bencher<'_, '_>, teams: usize) {
    let root = files(teams);
    let output = output(root.path());
    tree::write(&rendered(root.path()), &output, &Scope::everything(), false).expect("it can be written");
    bencher.bench(|| {
        let comparison = tree::compare(&rendered(root.path()), &output, &Scope::everything()).expect("it can be read");
        assert!(comparison.is_current());
    });
}

/// `raygen diff` as a process, in a repository where ten teams have changed.
#[divan::bench(args = TEAMS, sample_count = 10, sample_size = 1)]
fn diff(bencher: Bencher<'_, '_>, teams: usize) {
    let root = files(teams);
    let git = |arguments: &[&str]| {
        let author = ["-c", "user.name=bench", "-c", "user.email=bench@example.com"];
        let status = Command::new("git").current_dir(root.path()).args(author).args(arguments).status();
        assert!(status.is_ok_and(|status| status.success()), "git {arguments:?}");
    };
    git(&["init", "--quiet", "."]);
    git(&["add", "--all"]);
    git(&["commit", "--quiet", "--message", "base"]);
    for index in 0..teams.min(10) {
        let changed = synthetic::team(index).replacen("env.TEAM", "env.OTHER", 1);
        let path = root.path().join(format!("teams/team-{index}.toml"));
        std::fs::write(path, changed).expect("it can be written");
    }
    bencher.bench(|| {
        let output = Command::new(env!("CARGO_BIN_EXE_raygen")).arg("diff").current_dir(root.path()).output();
        assert!(output.expect("raygen runs").status.success());
    });
}

/// `render` into an empty directory: everything from reading the specs to the last rename.
#[divan::bench(args = TEAMS, sample_count = 10, sample_size = 1)]
fn whole_render(bencher: Bencher<'_, '_>, teams: usize) {
    let root = files(teams);
    bencher.bench(|| {
        let target = tempfile::tempdir().expect("a temporary directory can be made");
        let tree = rendered(root.path());
        tree::write(&tree, &output(target.path()), &Scope::everything(), false).expect("it can be written");
        target
    });
}
