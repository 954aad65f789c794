//! `raygen man`.

use std::fs;

use anyhow::{Context as _, Result};
use clap::CommandFactory as _;

use super::{Status, Terminal};
use crate::cli::{Cli, Man};

pub(super) fn run(args: &Man, terminal: &Terminal) -> Result<Status> {
    let Some(directory) = &args.output else {
        let mut page = Vec::new();
        clap_mangen::Man::new(Cli::command()).render(&mut page).context("render the manual page")?;
        terminal.print(&String::from_utf8_lossy(&page))?;
        return Ok(Status::Fine);
    };
    fs::create_dir_all(directory).with_context(|| format!("create {}", directory.display()))?;
    clap_mangen::generate_to(Cli::command(), directory).with_context(|| format!("write to {}", directory.display()))?;
    terminal.note(&format!("wrote the manual pages to {}", directory.display()));
    Ok(Status::Fine)
}
