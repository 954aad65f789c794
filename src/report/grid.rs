//! Tables with aligned columns, as text or as Markdown.

use std::fmt::Write as _;

use super::fit::FitFormat;

/// Rows of cells under headings.
#[derive(Debug)]
pub(super) struct Grid {
    rows: Vec<Vec<String>>,
    numbers_from: usize,
}

impl Grid {
    /// With these headings.
    pub(super) fn new(headings: &[&str]) -> Self {
        let headings = headings.iter().map(|heading| (*heading).to_owned()).collect();
        Self { rows: vec![headings], numbers_from: usize::MAX }
    }

    /// Aligns this column and those after it to the right.
    pub(super) fn numbers_from(mut self, column: usize) -> Self {
        self.numbers_from = column;
        self
    }

    /// Adds a row; cells that are not given are empty.
    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let mut row: Vec<String> = cells.into_iter().collect();
        row.resize(self.rows[0].len(), String::new());
        self.rows.push(row);
    }

    /// The whole of it, a line per row.
    pub(super) fn print(&self, format: FitFormat) -> String {
        let width = |column: usize| self.rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..self.rows[0].len()).map(width).collect();
        let cell = |(column, text): (usize, &String)| {
            let width = widths[column];
            if column >= self.numbers_from { format!("{text:>width$}") } else { format!("{text:<width$}") }
        };
        let rule = widths.iter().enumerate().map(|(column, width)| {
            let end = if column >= self.numbers_from { ":" } else { "-" };
            format!("{}{end}", "-".repeat(width.saturating_sub(1).max(2)))
        });
        let rule: Vec<String> = rule.collect();
        let mut text = String::new();
        for (index, row) in self.rows.iter().enumerate() {
            let cells: Vec<String> = row.iter().enumerate().map(cell).collect();
            let _ = if format == FitFormat::Markdown {
                writeln!(text, "| {} |", cells.join(" | "))
            } else {
                writeln!(text, "  {}", cells.join("  ").trim_end())
            };
            if format == FitFormat::Markdown && index == 0 {
                let _ = writeln!(text, "| {} |", rule.join(" | "));
            }
        }
        text
    }
}
