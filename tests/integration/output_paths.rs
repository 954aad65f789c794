//! Nothing in a spec leads out of the output directory, and nothing in the output directory leads out of it.

use std::fs;
use std::path::{Component, Path};

use proptest::prelude::*;
use raygen::check;
use raygen::manifest;
use raygen::resolve::{self, Selection};
use raygen::tree::{self, Output, Refused, Scope, Tree};
use raygen::workspace::Workspace;
use tempfile::TempDir;

use crate::rules::PLATFORM;

const TEAM: &str = "[clusters.train.workers.cpu]\ncpu = 3\nmemory = \"12Gi\"\nmax = 4\n";

/// Names that lead somewhere, or would if someone joined them to a path.
fn hostile() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "..",
        ".",
        "/",
        "../x",
        "../../etc/x",
        "/etc/passwd",
        "a/../../b",
        "a/b",
        "./x",
        "..\\x",
        "C:\\x",
        "x\u{0}y",
        "x\ny",
        ".git",
        ".raygen-x.tmp",
        "~",
        "%2e%2e%2f",
        "\u{2024}\u{2024}/x",
        "_cluster",
        "_gitops",
        "con",
        "\u{11950}",
        "\u{e9}",
        "x ",
        "",
    ]);
    let long = "[a-z]{240,300}";
    prop_oneof![4 => known.prop_map(str::to_owned), 1 => long, 2 => "[./\\\\a-z\u{0}]{0,8}", 1 => any::<String>()]
}

/// A file of one team with hostile names wherever a spec names something, and the team's own name.
fn specs(names: &[String; 8], environment: &str) -> (String, String) {
    let [workload, group, storage, namespace, name, account, secret, claim] =
        names.each_ref().map(|name| toml_string(name));
    let environment = toml_string(environment);
    let platform = PLATFORM.replace("[environments.prod]", &format!("[environments.{environment}]"));
    let team = format!(
        "namespace = {namespace}\nservice-account = {{ name = {account} }}\n[secrets.{secret}]\nkeys = {{ a = \"b\" }}\n\
         [storage.{storage}]\ntype = \"claim\"\nclaim = {claim}\n\
         [clusters.{workload}]\nname = {name}\n[clusters.{workload}.workers.{group}]\ncpu = 3\nmemory = \"12Gi\"\nmax = 4\n\
         [clusters.plain.workers.cpu]\ncpu = 3\nmemory = \"12Gi\"\nmax = 4\n"
    );
    (platform, team)
}

fn toml_string(text: &str) -> String {
    let escaped = text.chars().map(|c| match c {
        '"' | '\\' => format!("\\{c}"),
        c if c.is_control() => format!("\\u{:04X}", u32::from(c)),
        c => c.to_string(),
    });
    format!("\"{}\"", escaped.collect::<String>())
}

/// Everything below a directory.
fn listed(directory: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![directory.to_owned()];
    while let Some(path) = open.pop() {
        for entry in fs::read_dir(&path).unwrap().map(|entry| entry.unwrap()) {
            if entry.file_type().unwrap().is_dir() {
                open.push(entry.path());
            }
            found.push(entry.path().strip_prefix(directory).unwrap().to_string_lossy().into_owned());
        }
    }
    found.sort();
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_name_in_a_spec_leads_out(
        name in hostile(),
        place in 0..10_usize,
    ) {
        // One hostile name among names that are fine: else what the first one raises would hide the others.
        let mut names = ["train", "cpu", "scratch", "vision", "vision-train", "vision", "token", "claim"].map(str::to_owned);
        let (mut team, mut environment) = ("vision".to_owned(), "prod".to_owned());
        match place {
            8 => team = name,
            9 => environment = name,
            place => names[place] = name,
        }
        let (platform, text) = specs(&names, &environment);
        let workspace = Workspace::from_texts(&platform, [(team.as_str(), text.as_str()), ("audio", TEAM)]);
        let resolution = resolve::resolve(&workspace, &Selection::default());
        let built = manifest::build(&resolution);
        // Written although errors may stand, which `render` would not do: the tree itself must be safe.
        let tree = manifest::emit(&resolution, &built);
        let root = TempDir::new().unwrap();
        let output = Output::new(root.path(), "generated").unwrap();
        for (path, _) in tree.iter() {
            let plain = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
            prop_assert!(plain && !path.starts_with('.'), "{path:?}");
        }
        prop_assert!(place == 9 || !tree.is_empty(), "the other team renders");
        tree::write(&tree, &output, &Scope::everything(), true).unwrap();
        for path in listed(root.path()) {
            prop_assert!(path == "generated" || path.starts_with("generated/"), "{path:?}");
        }
        // What could not become a file is an error, never left out in silence.
        let errors = check::check(&workspace, &resolution, &built).has_errors();
        let missing = built.manifests.iter().find(|manifest| tree.get(&manifest.path()).is_none());
        prop_assert!(errors || missing.is_none(), "{:?}", missing.map(manifest::Manifest::path));
    }

    #[test]
    fn a_tree_takes_no_path_that_leads_out(parts in prop::collection::vec(hostile(), 1..4)) {
        let path = parts.join("/");
        let root = Path::new("/output");
        match Tree::default().insert(path.clone(), "") {
            Ok(()) => {
                let joined = root.join(&path);
                prop_assert!(joined.starts_with(root));
                prop_assert!(joined.components().skip(2).all(|part| matches!(part, Component::Normal(_))), "{path:?}");
            }
            Err(refused) => prop_assert_eq!(refused, Refused::Unsafe(path)),
        }
    }
}

/// Kubernetes takes names of 253 characters; with the kind before them they are no names of files.
#[test]
fn a_name_that_no_file_can_have_is_an_error() {
    let name = "a".repeat(250);
    let team = format!(
        "service-account = {{ name = \"{name}\" }}\n[clusters.train.workers.cpu]\ncpu = 3\nmemory = \"12Gi\"\nmax = 4\n"
    );
    let workspace = Workspace::from_texts(PLATFORM, [("vision", team.as_str())]);
    let resolution = resolve::resolve(&workspace, &Selection::default());
    let checked = check::check(&workspace, &resolution, &manifest::build(&resolution));
    let said: Vec<&str> = checked.diagnostics.iter().map(|diagnostic| diagnostic.message.as_str()).collect();
    assert!(said.iter().any(|said| said.contains("has a name of 250 characters")), "{said:?}");
}

#[cfg(unix)]
mod links {
    use std::os::unix::fs::symlink;
    use std::process::Command;

    use super::*;

    fn raygen(root: &Path, arguments: &str) -> (Option<i32>, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_raygen"));
        let output = command.current_dir(root).args(arguments.split_whitespace()).output().unwrap();
        (output.status.code(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
    }

    /// Whatever in the way of a file is a link: nothing behind it is written, overwritten or removed, by any command.
    #[test]
    fn no_command_follows_a_link_out_of_the_output_directory() {
        for link in [
            "generated",
            "generated/prod",
            "generated/prod/vision",
            "generated/prod/_cluster",
            "generated/prod/vision/namespace-vision.yaml",
            "generated/prod/gone",
        ] {
            let (root, elsewhere) = (TempDir::new().unwrap(), TempDir::new().unwrap());
            fs::create_dir(root.path().join("teams")).unwrap();
            fs::write(root.path().join("teams/_platform.toml"), PLATFORM).unwrap();
            fs::write(root.path().join("teams/vision.toml"), TEAM).unwrap();
            // What raygen would take for its own, were it in the directory: an orphan, and a file to overwrite.
            let own = tree::with_header("x.yaml", "teams/gone.toml", "kind: Namespace\n");
            let target = if link.contains("namespace-") {
                elsewhere.path().join("namespace-vision.yaml")
            } else {
                elsewhere.path().to_owned()
            };
            for file in ["namespace-vision.yaml", "namespace-gone.yaml", ".raygen-Ab12Cd.tmp"] {
                fs::write(elsewhere.path().join(file), &own).unwrap();
            }
            let link = root.path().join(link);
            fs::create_dir_all(link.parent().unwrap()).unwrap();
            symlink(&target, &link).unwrap();
            let before = listed(elsewhere.path());
            for command in ["render --check", "render", "render --force", "render vision --force"] {
                let (status, said) = raygen(root.path(), command);
                let in_the_way = !link.ends_with("gone");
                assert_eq!(status == Some(2), in_the_way, "{command}, {}: {said}", link.display());
                assert_eq!(listed(elsewhere.path()), before, "{command}, {}", link.display());
                for file in &before {
                    assert_eq!(fs::read_to_string(elsewhere.path().join(file)).unwrap(), own, "{command}: {file}");
                }
                assert!(link.symlink_metadata().unwrap().is_symlink());
            }
        }
    }
}
