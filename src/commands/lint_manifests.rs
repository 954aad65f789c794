//! `raygen lint --manifests`: what the cluster will say of YAML that raygen did not write.

use std::mem::ManuallyDrop;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use semver::Version;

use super::{Status, Terminal};
use crate::check::{self, CheckedObjects};
use crate::cli;
use crate::lint::rules;
use crate::objects::{self, Objects};
use crate::report::plural;
use crate::schema::Releases;
use crate::source::Sources;
use crate::workspace::{self, Workspace};

pub(super) fn run(args: &cli::Lint, terminal: &Terminal) -> Result<Status> {
    let releases = releases(args)?;
    let platform = workspace::load_platform(&args.root.root)?;
    let sources = platform.as_ref().map_or_else(Sources::default, |workspace| workspace.sources.clone());
    // As in `lint`: the process ends before it would be worth giving the memory back.
    let objects = ManuallyDrop::new(objects::load(&args.manifests, sources)?);
    let found = check::check_objects(&objects, &releases, platform.as_ref());
    terminal.report(&objects.sources, &found.checked, args.format)?;
    terminal.note(&summary(&objects, &found, &releases, platform.as_ref()));
    if objects.objects.is_empty() && objects.diagnostics.len() == objects.unreadable {
        bail!("there is no manifest in {}", shown(&args.manifests));
    }
    Ok(if found.checked.diagnostics.is_empty() { Status::Fine } else { Status::Problems })
}

fn releases(args: &cli::Lint) -> Result<Releases> {
    let newest = Releases::newest();
    let version = |text: &Option<String>, newest: Version, name: &str| match text {
        Some(text) => Version::parse(text.strip_prefix('v').unwrap_or(text))
            .with_context(|| format!("`--{name} {text}` is no full version, such as {newest}")),
        None => Ok(newest),
    };
    let releases = Releases {
        kuberay: version(&args.kuberay, newest.kuberay, "kuberay")?,
        karpenter: version(&args.karpenter, newest.karpenter, "karpenter")?,
        kubernetes: newest.kubernetes,
    };
    if let Some(unsupported) = releases.check().first() {
        let (name, version, oldest) = (unsupported.project.name(), &unsupported.version, unsupported.oldest);
        bail!("raygen knows nothing of {name} {version}: {oldest} is the oldest release it has schemas of");
    }
    Ok(releases)
}

/// What was checked, for which releases, and what was not.
fn summary(objects: &Objects, found: &CheckedObjects, releases: &Releases, platform: Option<&Workspace>) -> String {
    let mut lines = vec![format!(
        "checked {} in {} for KubeRay {} and Karpenter {}{}",
        plural(objects.objects.len(), "object"),
        plural(objects.sources.ids().count() - platform.map_or(0, |platform| platform.sources.ids().count()), "file"),
        releases.kuberay,
        releases.karpenter,
        if platform.is_some_and(|platform| platform.sources.text_of(workspace::PLATFORM).is_some()) {
            ", with the severities and waivers of teams/_platform.toml"
        } else {
            ""
        }
    )];
    if let Some(own) = platform.map(|platform| platform.schemas.len()).filter(|own| *own > 0) {
        lines.push(format!("{} of teams/_schemas in the place of raygen's own", plural(own, "schema")));
    }
    if !found.unknown_kinds.is_empty() {
        let kinds: Vec<String> = found
            .unknown_kinds
            .iter()
            .map(|((api_version, kind), count)| format!("{count} {kind} ({api_version})"))
            .collect();
        lines.push(format!("no schema, so only the rules looked at them: {}", kinds.join(", ")));
    }
    if objects.others > 0 {
        lines.push(format!("{} without `apiVersion` and `kind`: not checked", plural(objects.others, "document")));
    }
    let unchecked: Vec<&str> = rules::ALL.iter().filter(|rule| rule.needs_specs()).map(|rule| rule.name).collect();
    lines.push(format!("not checked, for they need specs: {}", wrapped(&unchecked)));
    lines.join("\n")
}

/// Names, the first few of them.
fn wrapped(names: &[&str]) -> String {
    const SHOWN: usize = 4;
    let first = names.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN { format!("{first} and {} more rules", names.len() - SHOWN) } else { first }
}

fn shown(paths: &[PathBuf]) -> String {
    let paths: Vec<String> = paths.iter().map(|path| format!("`{}`", path.display())).collect();
    paths.join(", ")
}
