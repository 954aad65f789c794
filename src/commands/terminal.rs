//! Where commands print: results on stdout, notes on stderr, colour where it is wanted.

use std::fmt::Write as _;
use std::io::{self, ErrorKind, IsTerminal as _, Write as _};

use anstyle::{AnsiColor, Style};
use anyhow::{Context as _, Result};

use crate::check::Checked;
use crate::cli::Color;
use crate::report::{self, Format};
use crate::source::Sources;

/// Columns where there is no terminal: the same text on every machine.
const WIDTH: usize = 120;

/// Stdout and stderr, and what they can show.
#[derive(Debug)]
pub struct Terminal {
    colour: bool,
    width: usize,
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
        let width = terminal_size::terminal_size_of(io::stdout()).map_or(WIDTH, |(width, _)| usize::from(width.0));
        Self { colour, width }
    }

    /// Prints a result. That its reader left, as `head` does, is no reason to stop: the command still does its work, and
    /// its exit status still says whether there are problems.
    pub fn print(&self, text: &str) -> Result<()> {
        let mut stdout = io::stdout().lock();
        match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            result => result.context("write to stdout"),
        }
    }

    /// Prints a unified diff, with colours where the terminal has them.
    pub fn print_diff(&self, diff: &str) -> Result<()> {
        if self.colour { self.print(&coloured(diff)) } else { self.print(diff) }
    }

    /// Prints a note. One that cannot be printed is no reason to fail.
    pub fn note(&self, text: &str) {
        let _ = writeln!(io::stderr().lock(), "{text}");
    }

    /// Prints diagnostics, and the summary as a note.
    pub fn report(&self, sources: &Sources, checked: &Checked, format: Format) -> Result<()> {
        self.print(&report::render(sources, &checked.diagnostics, format, self.colour, self.width))?;
        self.summarize(checked);
        Ok(())
    }

    /// Prints diagnostics as notes, where stdout is for something else.
    pub fn report_aside(&self, sources: &Sources, checked: &Checked) {
        let text = report::render(sources, &checked.diagnostics, Format::Human, self.colour, self.width);
        let _ = io::stderr().lock().write_all(text.as_bytes());
        self.summarize(checked);
    }

    fn summarize(&self, checked: &Checked) {
        let summary = report::summary(&checked.diagnostics, checked.waived);
        if !summary.is_empty() {
            self.note(&summary);
        }
    }
}

fn coloured(diff: &str) -> String {
    diff.lines().fold(String::new(), |mut text, line| {
        let style = match line.as_bytes() {
            [b'+', b'+', b'+', ..] | [b'-', b'-', b'-', ..] => Style::new().bold(),
            [b'+', ..] => AnsiColor::Green.on_default(),
            [b'-', ..] => AnsiColor::Red.on_default(),
            [b'@', ..] => AnsiColor::Cyan.on_default(),
            _ => Style::new(),
        };
        let _ = writeln!(text, "{style}{line}{style:#}");
        text
    })
}
