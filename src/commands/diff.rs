//! `raygen diff`: what merging does to the running clusters.

mod rendered;

use std::mem::ManuallyDrop;

use anyhow::{Result, bail};

use self::rendered::{LeftOut, Rendered};
use super::progress::Progress;
use super::selection::known;
use super::{Status, Terminal};
use crate::check::Checked;
use crate::cli;
use crate::impact;
use crate::report::Comparison;
use crate::resolve::Selection;
use crate::workspace::{Revision, Specs, Workspace};

pub(super) fn run(args: &cli::Diff, terminal: &Terminal) -> Result<Status> {
    let progress = Progress::new(5);
    progress.stage("read");
    let root = &args.root.root;
    let read = Specs::read(root)?;
    let revision = args.base.as_ref().map_or_else(|| Revision::default(root), |name| Revision::named(root, name))?;
    let base = Specs::read_revision(root, &revision)?;
    let selection = select(args, &base, &read)?;
    progress.stage("parse");
    let (mut base, mut read) = (base, read);
    Specs::drop_unchanged(&mut base, &mut read);
    let is_first = base.is_empty();
    let (base, read) = rayon::join(|| parse(base), || parse(read));
    let ((mut base, old_left_out), (mut workspace, new_left_out)) = (base?, read?);
    Workspace::drop_unchanged(&mut base, &mut workspace);
    check_environments(args, &base, &workspace)?;
    if workspace.platform.is_none() {
        progress.hide();
        let errors = Checked { diagnostics: workspace.diagnostics, waived: 0 };
        terminal.report_aside(&workspace.sources, &errors);
        return Ok(Status::Problems);
    }
    if base.platform.is_none() && !is_first {
        let reason = base.diagnostics.first().map_or("no reason given", |diagnostic| &diagnostic.message);
        bail!("the specs of {} cannot be rendered: {reason}", revision.name);
    }
    progress.stage("render");
    // As in `render`: the process ends before it would be worth giving the memory back.
    let (old, new) = rayon::join(
        || ManuallyDrop::new(Rendered::new(&base, &selection, old_left_out)),
        || ManuallyDrop::new(Rendered::new(&workspace, &selection, new_left_out)),
    );
    progress.stage("compare");
    let left_out = LeftOut::either(&old.left_out, &new.left_out);
    let environments = impact::assess(&old.side(&left_out), &new.side(&left_out));
    progress.hide();
    if is_first {
        terminal.note(&format!("{} has no specs: everything is new", revision.name));
    }
    for problem in old.problems(&base) {
        terminal.note(&format!("in {}: {problem}", revision.name));
    }
    let errors = Checked { diagnostics: new.errors.clone(), waived: 0 };
    terminal.report_aside(&workspace.sources, &errors);
    let comparison = Comparison { revision: &revision, environments: &environments, left_out: left_out.names() };
    terminal.print(&comparison.render(args.format, args.unified))?;
    let found = environments.iter().any(|environment| {
        let verdicts = environment.verdicts();
        args.fail_on.iter().any(|verdict| verdicts.contains(verdict))
    });
    Ok(if found || errors.has_errors() { Status::Problems } else { Status::Fine })
}

/// Parses one side; with it come the teams whose files have errors.
fn parse(specs: Specs) -> Result<(Workspace, LeftOut)> {
    if specs.is_empty() {
        return Ok((Workspace::default(), LeftOut::default()));
    }
    let teams: Vec<String> = specs.teams().map(str::to_owned).collect();
    let workspace = specs.parse()?;
    let left_out = LeftOut::of_files(teams, &workspace);
    Ok((workspace, left_out))
}

/// The arguments. A team may be new, or gone.
fn select(args: &cli::Diff, base: &Specs, read: &Specs) -> Result<Selection> {
    let teams: Vec<&str> = base.teams().chain(read.teams()).collect();
    for team in &args.teams {
        known("team", team, &teams)?;
    }
    Ok(Selection { teams: args.teams.clone(), environments: args.environments.clone() })
}

fn check_environments(args: &cli::Diff, base: &Workspace, workspace: &Workspace) -> Result<()> {
    let environments: Vec<&str> = [base, workspace]
        .into_iter()
        .filter_map(|workspace| workspace.platform.as_ref()?.root.child("environments")?.table())
        .flat_map(|table| table.keys().map(String::as_str))
        .collect();
    for environment in args.environments.iter().filter(|_| !environments.is_empty()) {
        known("environment", environment, &environments)?;
    }
    Ok(())
}
