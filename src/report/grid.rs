//! Tables with aligned columns, as text or as Markdown.

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
        let mut text = String::new();
        for (index, row) in self.rows.iter().enumerate() {
            let cells: Vec<String> = row.iter().enumerate().map(cell).collect();
            if format == FitFormat::Markdown {
                text.push_str(&format!("| {} |\n", cells.join(" | ")));
                if index == 0 {
                    let rule = widths.iter().enumerate().map(|(column, width)| {
                        let dashes = "-".repeat((*width).max(2));
                        if column >= self.numbers_from { format!("{dashes}:") } else { format!("{dashes}-") }
                    });
                    text.push_str(&format!("|{}|\n", rule.map(|each| format!(" {each} ").trim_end().to_owned()).collect::<Vec<_>>().join("|")));
                }
            } else {
                text.push_str(&format!("  {}\n", cells.join("  ").trim_end()));
            }
        }
        text
    }
}
