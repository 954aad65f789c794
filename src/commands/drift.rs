//! `raygen render --check`: what is not in `generated/` as the specs would render it, and the command that mends it.

use std::fmt::Write as _;

use anyhow::Result;

use super::{Status, Terminal};
use crate::check::{self, Checked, Mending};
use crate::cli;
use crate::report::{Format, plural};
use crate::source::Sources;
use crate::tree::{Comparison, Output, State, Tree};

/// Prints what the specs raise and what has drifted as one report; for people, below the diff that writing would make.
pub(super) fn report(
    args: &cli::Render,
    mut sources: Sources,
    mut checked: Checked,
    comparison: &Comparison,
    tree: &Tree,
    output: &Output,
    terminal: &Terminal,
) -> Result<Status> {
    let mending = Mending { render: mending_command(args, false), force: mending_command(args, true) };
    checked.diagnostics.extend(check::drift(comparison, tree, output, &mending, &mut sources));
    if args.format == Format::Human {
        terminal.print_diff(&comparison.diff(tree, output))?;
    }
    terminal.report(&sources, &checked, args.format)?;
    if comparison.is_current() {
        terminal.note(&format!("{} are current", plural(tree.len(), "file")));
        return Ok(Status::Fine);
    }
    let mut counts = Vec::new();
    for (state, word) in [
        (State::Created, "to create"),
        (State::Changed, "to change"),
        (State::Removed, "to remove"),
        (State::Edited, "edited by hand"),
        (State::EditedOrphan, "edited by hand without a spec"),
        (State::Foreign, "not raygen's"),
    ] {
        let count = comparison.count(state);
        if count > 0 {
            counts.push(format!("{count} {word}"));
        }
    }
    let edited = comparison.count(State::Edited) + comparison.count(State::EditedOrphan) > 0;
    let command = if edited { mending.force } else { mending.render };
    terminal.note(&format!("drift: {}; run `{command}` and commit the result", counts.join(", ")));
    Ok(Status::Problems)
}

/// The command that writes what `--check` found missing; `force` where it has to overwrite edits.
fn mending_command(args: &cli::Render, force: bool) -> String {
    let mut command = "raygen render".to_owned();
    for team in &args.teams {
        let _ = write!(command, " {team}");
    }
    for environment in &args.environments {
        let _ = write!(command, " --environment {environment}");
    }
    if args.root.root.as_os_str() != "." {
        let _ = write!(command, " --root {}", args.root.root.display());
    }
    if args.output != "generated" {
        let _ = write!(command, " --output {}", args.output);
    }
    if force {
        command.push_str(" --force");
    }
    command
}
