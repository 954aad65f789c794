//! Parses the command line, runs and exits.

use std::io::{self, ErrorKind, Write as _};
use std::process::ExitCode;

use clap::Parser as _;
use raygen::cli::Cli;
use raygen::commands::{self, Status};

fn main() -> ExitCode {
    match commands::run(&Cli::parse()) {
        Ok(Status::Fine) => ExitCode::SUCCESS,
        Ok(Status::Problems) => ExitCode::from(1),
        // Whoever reads has seen enough, as with `raygen render --check | head`.
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .any(|cause| cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe))
}
