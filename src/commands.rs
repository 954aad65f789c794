//! The commands: each reads like the pipeline, prints, and says how it went.

mod completions;
mod diff;
mod drift;
pub mod explain;
mod fit;
mod gitops;
mod init;
mod lint;
mod lint_manifests;
mod man;
mod progress;
mod render;
mod schema;
mod selection;
mod terminal;

use std::fs;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result};

pub use self::terminal::Terminal;
use crate::cli::{Cli, Command};

/// How a command went, as its exit status says. Trouble of the machine is an error and exits 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// 0: nothing is wrong.
    Fine,
    /// 1: there are problems, or drift.
    Problems,
}

/// Runs the command line.
pub fn run(cli: &Cli) -> Result<Status> {
    let terminal = Terminal::new(cli.color);
    match &cli.command {
        Command::Init(args) => init::init(args, &terminal),
        Command::New(args) => init::new(args, &terminal),
        Command::Render(args) => render::run(args, &terminal),
        Command::Lint(args) if !args.manifests.is_empty() => lint_manifests::run(args, &terminal),
        Command::Lint(args) => lint::run(args, &terminal),
        Command::Fit(args) => fit::run(args, &terminal),
        Command::Diff(args) => diff::run(args, &terminal),
        Command::Gitops(args) => gitops::run(&args.command, &terminal),
        Command::Explain(args) => explain::run(args, &terminal),
        Command::Schema(args) => schema::run(&args.command, &terminal),
        Command::Completions(args) => completions::run(args, &terminal),
        Command::Man(args) => man::run(args, &terminal),
    }
}

/// Writes beside the file and renames, so that nobody ever sees half of it.
fn replace(path: &Path, text: &str) -> Result<()> {
    let directory = path.parent().context("a file stands in a directory")?;
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        // Temporary files are private by default; what goes to Git follows the umask.
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(directory)?;
    file.write_all(text.as_bytes())?;
    if let Ok(metadata) = fs::metadata(path) {
        file.as_file().set_permissions(metadata.permissions())?;
    }
    file.persist(path)?;
    Ok(())
}
