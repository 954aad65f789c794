//! Parses the command line, runs and exits.

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Parser as _;
use raygen::cli::Cli;
use raygen::commands::{self, Status};

fn main() -> ExitCode {
    match commands::run(&Cli::parse()) {
        Ok(Status::Fine) => ExitCode::SUCCESS,
        Ok(Status::Problems) => ExitCode::from(1),
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error:#}");
            ExitCode::from(2)
        }
    }
}
