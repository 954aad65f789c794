//! Where commands print: results on stdout, notes on stderr, colour where it is wanted.

use std::io::{self, IsTerminal as _, Write as _};

use anyhow::{Context as _, Result};

use crate::check::Checked;
use crate::cli::Color;
use crate::report::{self, Format};
use crate::source::Sources;

/// Columns of a terminal that does not tell.
const WIDTH: usize = 120;

/// Stdout and stderr, and what they can show.
#[derive(Debug)]
pub struct Terminal {
    colour: bool,
}

impl Terminal {
    /// Looks at stdout and `NO_COLOR`, unless the user decided.
    pub fn new(when: Color) -> Self {
        let colour = match when {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => {
                io::stdout().is_terminal()
                    && anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never
            }
        };
        Self { colour }
    }

    /// Prints a result.
    pub fn print(&self, text: &str) -> Result<()> {
        let mut stdout = io::stdout().lock();
        stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()).context("write to stdout")
    }

    /// Prints a note. One that cannot be printed is no reason to fail.
    pub fn note(&self, text: &str) {
        let _ = writeln!(io::stderr().lock(), "{text}");
    }

    /// Prints diagnostics, and the summary as a note.
    pub fn report(&self, sources: &Sources, checked: &Checked, format: Format) -> Result<()> {
        self.print(&report::render(sources, &checked.diagnostics, format, self.colour, WIDTH))?;
        let summary = report::summary(&checked.diagnostics, checked.waived);
        if !summary.is_empty() {
            self.note(&summary);
        }
        Ok(())
    }
}
