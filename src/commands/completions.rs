//! `raygen completions`.

use anyhow::Result;
use clap::CommandFactory as _;

use super::{Status, Terminal};
use crate::cli::{Cli, Completions};

pub(super) fn run(args: &Completions, terminal: &Terminal) -> Result<Status> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "raygen", &mut script);
    terminal.print(&String::from_utf8_lossy(&script))?;
    Ok(Status::Fine)
}
