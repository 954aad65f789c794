//! `raygen lint`: everything that is wrong with the specs, and edits that mend it.

use std::mem::ManuallyDrop;
use std::path::Path;

use anyhow::{Context as _, Result};

use super::selection::select;
use super::{Status, Terminal};
use crate::check::{self, Checked};
use crate::cli;
use crate::lint::fix::{self, Fixed};
use crate::manifest;
use crate::report::plural;
use crate::resolve::{self, Selection};
use crate::tree;
use crate::workspace::{self, Workspace};

pub(super) fn run(args: &cli::Lint, terminal: &Terminal) -> Result<Status> {
    let root = &args.root.root;
    let mut workspace = workspace::load(root)?;
    let selection = select(&mut workspace, &args.teams, &args.environments)?;
    let mut checked = checked(&workspace, &selection);
    if args.fix || args.diff {
        let fixed = fixed(&workspace, &checked)?;
        if args.diff {
            for (path, text) in &fixed.texts {
                terminal.print(&tree::unified_diff(path, text_of(&workspace, path), Some(text)))?;
            }
        } else if !fixed.texts.is_empty() {
            (workspace, checked) = write(root, &selection, workspace, checked, fixed, terminal)?;
        }
    }
    terminal.report(&workspace.sources, &checked, args.format)?;
    let fixable = checked.diagnostics.iter().filter(|diagnostic| diagnostic.fix.is_some()).count();
    if fixable > 0 && !args.diff {
        terminal.note(&format!("`raygen lint --fix` can mend {fixable} of them"));
    } else if checked.diagnostics.is_empty() {
        terminal.note(&format!("{} are fine", plural(workspace.sources.paths().count(), "file")));
    }
    Ok(if checked.diagnostics.is_empty() { Status::Fine } else { Status::Problems })
}

fn checked(workspace: &Workspace, selection: &Selection) -> Checked {
    // As in `render`: the process ends before it would be worth giving the memory back.
    let resolution = ManuallyDrop::new(resolve::resolve(workspace, selection));
    let built = ManuallyDrop::new(manifest::build(&resolution));
    check::check(workspace, &resolution, &built)
}

fn fixed(workspace: &Workspace, checked: &Checked) -> Result<Fixed> {
    fix::apply(&checked.diagnostics, |path| text_of(workspace, path))
}

fn text_of<'a>(workspace: &'a Workspace, path: &str) -> Option<&'a str> {
    workspace.sources.text_of(path)
}

/// Rounds of fixing: one fix may uncover the next, but two never undo each other for ever.
const ROUNDS: usize = 5;

/// Writes fixed texts and looks again, until nothing is left to mend.
fn write(
    root: &Path,
    selection: &Selection,
    mut workspace: Workspace,
    mut checked: Checked,
    mut fixed: Fixed,
    terminal: &Terminal,
) -> Result<(Workspace, Checked)> {
    for _ in 0..ROUNDS {
        for (path, text) in &fixed.texts {
            super::replace(&root.join(path), text).with_context(|| format!("write {path}"))?;
        }
        for done in &fixed.done {
            terminal.note(&format!("fixed {done}"));
        }
        workspace = workspace::load(root)?;
        checked = self::checked(&workspace, selection);
        fixed = self::fixed(&workspace, &checked)?;
        if fixed.texts.is_empty() {
            break;
        }
    }
    Ok((workspace, checked))
}
