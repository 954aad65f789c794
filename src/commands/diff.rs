//! `raygen diff`: what merging does to the running clusters.

mod side;

use std::mem::ManuallyDrop;

use anyhow::Result;

use self::side::{LeftOut, Parsed, Rendered};
use super::progress::Progress;
use super::selection::known;
use super::{Status, Terminal};
use crate::check::Checked;
use crate::cli;
use crate::impact;
use crate::report::{Comparison, ImpactFormat};
use crate::resolve::Selection;
use crate::workspace::{Revision, Specs};

pub(super) fn run(args: &cli::Diff, terminal: &Terminal) -> Result<Status> {
    let progress = Progress::new(4);
    progress.stage("read");
    let root = &args.root.root;
    let mut new = Specs::read(root)?;
    let revision = args.base.as_ref().map_or_else(|| Revision::default(root), |name| Revision::named(root, name))?;
    let mut old = Specs::read_revision(root, &revision)?;
    let selection = select(args, &old, &new)?;
    Specs::drop_unchanged(&mut old, &mut new);
    progress.stage("parse");
    let (old, new) = rayon::join(|| Parsed::new(old), || Parsed::new(new));
    let (mut old, mut new) = (old?, new?);
    Parsed::drop_unchanged(&mut old, &mut new);
    check_environments(args, &old, &new)?;
    if new.cannot_be_rendered() {
        progress.hide();
        let errors = Checked { diagnostics: new.workspace.diagnostics, waived: 0 };
        terminal.report_aside(&new.workspace.sources, &errors);
        return Ok(Status::Problems);
    }
    old.check_base(&revision)?;
    progress.stage("render");
    // As in `render`: the process ends before it would be worth giving the memory back.
    let (before, after) = rayon::join(
        || ManuallyDrop::new(Rendered::new(&old, &selection)),
        || ManuallyDrop::new(Rendered::new(&new, &selection)),
    );
    progress.stage("compare");
    let left_out = LeftOut::either(&before.left_out, &after.left_out);
    let environments = impact::assess(&before.side(&left_out), &after.side(&left_out));
    progress.hide();
    if old.is_empty {
        terminal.note(&format!("{} has no specs: everything is new", revision.name));
    }
    for problem in before.problems(&old.workspace) {
        terminal.note(&format!("in {}: {problem}", revision.name));
    }
    let errors = Checked { diagnostics: after.errors.clone(), waived: 0 };
    terminal.report_aside(&new.workspace.sources, &errors);
    let comparison = Comparison { revision: &revision, environments: &environments, left_out: left_out.names() };
    let text = comparison.render(args.format, args.unified);
    match args.format {
        ImpactFormat::Text => terminal.print_diff(&text)?,
        ImpactFormat::Markdown | ImpactFormat::Json => terminal.print(&text)?,
    }
    let found = environments.iter().any(|environment| {
        let verdicts = environment.verdicts();
        args.fail_on.iter().any(|verdict| verdicts.contains(verdict))
    });
    Ok(if found || errors.has_errors() { Status::Problems } else { Status::Fine })
}

/// The arguments. A team may be new, or gone.
fn select(args: &cli::Diff, old: &Specs, new: &Specs) -> Result<Selection> {
    let teams: Vec<&str> = old.teams().chain(new.teams()).collect();
    for team in &args.teams {
        known("team", team, &teams)?;
    }
    Ok(Selection { teams: args.teams.clone(), environments: args.environments.clone() })
}

/// The same for environments, of which only the parsed platform tells.
fn check_environments(args: &cli::Diff, old: &Parsed, new: &Parsed) -> Result<()> {
    let environments: Vec<&str> = old.environments().chain(new.environments()).map(String::as_str).collect();
    for environment in args.environments.iter().filter(|_| !environments.is_empty()) {
        known("environment", environment, &environments)?;
    }
    Ok(())
}
