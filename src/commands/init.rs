//! `raygen init` and `raygen new`: files to start from. What exists is never overwritten.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};

use super::{Status, Terminal};
use crate::cli::{Ci, Init, New};
use crate::diagnostic::did_you_mean;
use crate::document::Node;
use crate::resolve::names;
use crate::spec::WorkloadKind;
use crate::spec::schema::SpecSchema;
use crate::workspace;

const PLATFORM: &str = include_str!("init/platform.toml");
const TEAM: &str = include_str!("init/team.toml");
const PRE_COMMIT: &str = include_str!("init/pre-commit.yaml");
const GITHUB: &str = include_str!("init/github.yaml");
const GITLAB: &str = include_str!("init/gitlab.yaml");

/// Scaffolds a workspace.
pub(super) fn init(args: &Init, terminal: &Terminal) -> Result<Status> {
    let ci = |which| args.ci.is_empty() || args.ci.contains(&which);
    let files = [
        (true, "teams/_platform.toml", PLATFORM.to_owned()),
        (true, "teams/example.toml", team("example", None)),
        (true, "schemas/team.schema.json", SpecSchema::Team.text().to_owned()),
        (true, "schemas/platform.schema.json", SpecSchema::Platform.text().to_owned()),
        (true, ".pre-commit-config.yaml", PRE_COMMIT.to_owned()),
        (ci(Ci::Github), ".github/workflows/raygen.yaml", GITHUB.to_owned()),
        (ci(Ci::Gitlab), ".gitlab-ci.yml", GITLAB.to_owned()),
    ];
    for (_, path, text) in files.into_iter().filter(|(wanted, _, _)| *wanted) {
        let word = if create(&args.root.root, path, &text)? { "created" } else { "kept" };
        terminal.print(&format!("{word} {path}\n"))?;
    }
    terminal.note("next: set your cluster in teams/_platform.toml, then run `raygen render`");
    Ok(Status::Fine)
}

/// Writes one team's file.
pub(super) fn new(args: &New, terminal: &Terminal) -> Result<Status> {
    let name = args.team.as_str();
    ensure!(
        names::is_dns_1035(name) && name.len() <= names::longest(WorkloadKind::Cluster),
        "`{name}` is no name for a team: use lower-case letters, digits and `-`; start with a letter"
    );
    let mut text = team(name, args.profile.as_deref());
    if let Some(profile) = &args.profile {
        let workspace = workspace::load(&args.root.root)?;
        let profiles = workspace.platform.as_ref().and_then(|platform| platform.root.child("profiles"));
        let known: Vec<&str> =
            profiles.and_then(Node::table).into_iter().flatten().map(|(name, _)| name.as_str()).collect();
        ensure!(
            known.contains(&profile.as_str()),
            "the platform has no profile `{profile}`{}",
            did_you_mean(profile, known.iter().copied())
                .map_or_else(|| format!("; it has {}", known.join(", ")), |close| format!("; did you mean `{close}`?"))
        );
        for key in ["cpu", "memory"] {
            if profiles.and_then(|profiles| profiles.child(profile)?.child(key)).is_some() {
                text = without_line(&text, key);
            }
        }
    }
    let path = format!("teams/{name}.toml");
    ensure!(create(&args.root.root, &path, &text)?, "{path} exists already");
    terminal.print(&format!("created {path}\n"))?;
    terminal.note(&format!("next: edit it, then run `raygen lint {name}` and `raygen render {name}`"));
    Ok(Status::Fine)
}

/// A commented team file.
fn team(name: &str, profile: Option<&str>) -> String {
    let (group, lines) = match profile {
        Some(profile) => (profile, format!("profile = \"{profile}\"\n")),
        None => ("cpu", String::new()),
    };
    TEAM.replace("{{team}}", name).replace("{{group}}", group).replace("{{profile}}\n", &lines)
}

/// What the profile sets already need not stand in the team's file, where it would win.
fn without_line(text: &str, key: &str) -> String {
    let sets_other = |line: &&str| !line.starts_with(&format!("{key} = "));
    text.split_inclusive('\n').filter(sets_other).collect()
}

/// Writes a file that does not exist yet; whether it did not.
fn create(root: &Path, path: &str, text: &str) -> Result<bool> {
    let full = root.join(path);
    if full.symlink_metadata().is_ok() {
        return Ok(false);
    }
    let directory = full.parent().context("a file stands in a directory")?;
    fs::create_dir_all(directory).with_context(|| format!("create {}", directory.display()))?;
    fs::write(&full, text).with_context(|| format!("write {path}"))?;
    Ok(true)
}
