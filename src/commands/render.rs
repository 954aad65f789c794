//! `raygen render`: specs to `generated/`.

use std::fmt::Write as _;
use std::mem::ManuallyDrop;
use std::path::Path;

use anyhow::Result;

use super::drift;
use super::progress::Progress;
use super::selection::{scope, select};
use super::{Status, Terminal};
use crate::check;
use crate::cli;
use crate::manifest::{self, gitops::DIRECTORY};
use crate::resolve;
use crate::tree::{self, Comparison, Output, State, Tree};
use crate::workspace;

pub(super) fn run(args: &cli::Render, terminal: &Terminal) -> Result<Status> {
    let progress = Progress::new(6);
    progress.stage("load");
    let mut workspace = workspace::load(&args.root.root)?;
    let selection = select(&mut workspace, &args.teams, &args.environments)?;
    progress.stage("resolve");
    // The process ends with this command: giving back a million small allocations one by one would be a tenth of it.
    let resolution = ManuallyDrop::new(resolve::resolve(&workspace, &selection));
    progress.stage("build");
    let built = ManuallyDrop::new(manifest::build(&resolution));
    progress.stage("check");
    let checked = check::check(&workspace, &resolution, &built);
    if !checked.diagnostics.is_empty() {
        progress.hide();
    }
    if args.stdout {
        terminal.report_aside(&workspace.sources, &checked);
    } else if !args.check || checked.has_errors() {
        terminal.report(&workspace.sources, &checked, args.format)?;
    }
    if checked.has_errors() {
        terminal.note("nothing was written: mend the errors first");
        return Ok(Status::Problems);
    }
    progress.stage("emit");
    let tree = ManuallyDrop::new(manifest::emit(&resolution, &built));
    if args.stdout {
        drop(progress);
        return terminal.print(&stream(&tree)).map(|()| Status::Fine);
    }
    progress.stage("write");
    let output = Output::new(&args.root.root, &args.output)?;
    let scope = scope(&selection, resolution.environments.keys());
    if args.check {
        let comparison = tree::compare(&tree, &output, &scope)?;
        drop(progress);
        return drift::report(args, workspace.sources, checked, &comparison, &tree, &output, terminal);
    }
    let comparison = tree::write(&tree, &output, &scope, args.force)?;
    drop(progress);
    report(&output, &comparison, args.force, terminal)
}

/// The objects alone, as `kubectl apply` takes them. What makes Argo CD or Flux sync may be for another cluster.
fn stream(tree: &Tree) -> String {
    let is_object = |path: &Path| path.extension().is_some_and(|found| found == "yaml") && !path.starts_with(DIRECTORY);
    let manifests = tree.iter().filter(|(path, _)| is_object(Path::new(path)));
    manifests.fold(String::new(), |mut stream, (_, text)| {
        stream.push_str("---\n");
        stream.push_str(text);
        stream
    })
}

/// One line per file that changed or was left alone, and how many did not change.
fn report(output: &Output, comparison: &Comparison, force: bool, terminal: &Terminal) -> Result<Status> {
    let mut lines = String::new();
    let mut left_alone = 0;
    for (path, file) in &comparison.files {
        let (word, why) = match file.state {
            State::Created => ("created", ""),
            State::Changed => ("changed", ""),
            State::Removed => ("removed", ""),
            State::Unchanged | State::ForeignOrphan => continue,
            State::Edited if force => ("changed", ": edits overwritten"),
            State::EditedOrphan if force => ("removed", ": edits lost"),
            State::Edited => ("left alone", ": edited by hand (`--force` overwrites)"),
            State::EditedOrphan => ("left alone", ": edited by hand, and its spec is gone (`--force` removes)"),
            State::Foreign => ("left alone", ": not written by raygen (move it away)"),
        };
        left_alone += usize::from(word == "left alone");
        let _ = writeln!(lines, "{word} {}{why}", output.display(path));
    }
    terminal.print(&lines)?;
    let unchanged = comparison.count(State::Unchanged);
    let (overwritten, lost) =
        if force { (comparison.count(State::Edited), comparison.count(State::EditedOrphan)) } else { (0, 0) };
    let summary: Vec<String> = [
        (comparison.count(State::Created), "created"),
        (comparison.count(State::Changed) + overwritten, "changed"),
        (comparison.count(State::Removed) + lost, "removed"),
        (left_alone, "left alone"),
        (unchanged, "unchanged"),
        (comparison.count(State::ForeignOrphan), "not raygen's"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, word)| format!("{count} {word}"))
    .collect();
    terminal.note(&if summary.is_empty() { "nothing to render".to_owned() } else { summary.join(", ") });
    Ok(if left_alone > 0 { Status::Problems } else { Status::Fine })
}
