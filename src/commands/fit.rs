//! `raygen fit`: which instance types take each group's pods, and what that costs.

use std::mem::ManuallyDrop;

use anyhow::{Context as _, Result, bail};

use super::selection::select;
use super::{Status, Terminal};
use crate::cli;
use crate::diagnostic::{Severity, did_you_mean};
use crate::fit::{Table, Why};
use crate::instances::Catalog;
use crate::lint::Subject;
use crate::manifest;
use crate::report::{fit as report, plural};
use crate::resolve;
use crate::workspace;

pub(super) fn run(args: &cli::Fit, terminal: &Terminal) -> Result<Status> {
    let mut workspace = workspace::load(&args.root.root)?;
    let selection = select(&mut workspace, &args.teams, &args.environments)?;
    // As in `render`: the process ends before it would be worth giving the memory back.
    let resolution = ManuallyDrop::new(resolve::resolve(&workspace, &selection));
    let built = ManuallyDrop::new(manifest::build(&resolution));
    let subject = Subject::new(&workspace, &resolution, &built);
    let found = [&workspace.diagnostics, &resolution.diagnostics, &built.diagnostics];
    let errors = found.into_iter().flatten().filter(|diagnostic| diagnostic.severity == Severity::Error).count();
    if errors > 0 {
        terminal.note(&format!("{} in the specs: `raygen lint` shows what is left out here", plural(errors, "error")));
    }
    let fits = subject.fits();
    if let Some(name) = &args.why {
        let instance = fits.catalog.get(name).with_context(|| unknown(&fits.catalog, name))?;
        terminal.print(&report::why(&Why::of(fits, instance), args.format))?;
        return Ok(Status::Fine);
    }
    let table = Table::of(fits);
    if table.groups.is_empty() && errors > 0 {
        bail!("there is nothing to fit");
    }
    let text = if args.summary { report::summary(&table, args.format) } else { report::groups(&table, args.format) };
    terminal.print(&text)?;
    let unfit = table.groups.iter().filter(|row| row.fitting.is_empty() && row.unknown_types.is_empty()).count();
    if unfit > 0 {
        terminal.note(&format!("{unfit} of {} groups fit nowhere", table.groups.len()));
        return Ok(Status::Problems);
    }
    Ok(if errors > 0 { Status::Problems } else { Status::Fine })
}

fn unknown(catalog: &Catalog, name: &str) -> String {
    match did_you_mean(name, catalog.types().iter().map(|each| each.name.as_str())) {
        Some(close) => format!("raygen knows no instance type `{name}`; did you mean `{close}`?"),
        None => format!("raygen knows no instance type `{name}`; `[instance-types]` of the platform adds types"),
    }
}
