//! The commands: each reads like the pipeline, prints, and says how it went.

mod completions;
pub mod explain;
mod fit;
mod init;
mod lint;
mod lint_manifests;
mod man;
mod progress;
mod render;
mod schema;
mod selection;
mod terminal;

use anyhow::Result;

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
        Command::Explain(args) => explain::run(args, &terminal),
        Command::Schema(args) => schema::run(&args.command, &terminal),
        Command::Completions(args) => completions::run(args, &terminal),
        Command::Man(args) => man::run(args, &terminal),
    }
}
