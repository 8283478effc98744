//! A Markdown table whose columns are padded, so that it is a plain text table too.

use std::fmt;

/// Columns and rows of text.
pub(super) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these columns and no rows.
    pub(super) fn new(columns: &[&str]) -> Self {
        Self {
            rows: vec![columns.iter().map(|&name| name.to_owned()).collect()],
        }
    }

    /// Adds a row, one cell a column.
    pub(super) fn row(&mut self, cells: impl Into<Vec<String>>) {
        self.rows.push(cells.into());
    }

    fn widths(&self) -> Vec<usize> {
        let columns = self.rows.first().map_or(0, Vec::len);
        (0..columns)
            .map(|column| {
                let cells = self.rows.iter().filter_map(|row| row.get(column));
                cells
                    .map(|cell| cell.chars().count())
                    .max()
                    .unwrap_or(0)
                    .max(3)
            })
            .collect()
    }

    /// Numbers stand right under each other; words stand left.
    fn is_numeric(&self, column: usize) -> bool {
        let mut cells = self.rows.iter().skip(1).filter_map(|row| row.get(column));
        cells.all(|cell| cell.is_empty() || cell == "–" || cell.parse::<f64>().is_ok())
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths = self.widths();
        let numeric: Vec<_> = (0..widths.len())
            .map(|column| self.is_numeric(column))
            .collect();
        for (number, row) in self.rows.iter().enumerate() {
            for ((cell, &width), &numeric) in row.iter().zip(&widths).zip(&numeric) {
                if numeric {
                    write!(f, "| {cell:>width$} ")?;
                } else {
                    write!(f, "| {cell:<width$} ")?;
                }
            }
            writeln!(f, "|")?;
            if number == 0 {
                for (&width, &numeric) in widths.iter().zip(&numeric) {
                    let dashes = "-".repeat(width);
                    write!(
                        f,
                        "|{}{dashes}{}",
                        if numeric { "-" } else { ":" },
                        if numeric { ":" } else { "-" }
                    )?;
                }
                writeln!(f, "|")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_left_numbers_right_and_widths_count_characters() {
        let mut table = Table::new(&["server", "µs"]);
        table.row(["by hand".to_owned(), "1.5".to_owned()]);
        table.row(["limit".to_owned(), "10.25".to_owned()]);
        let expected = "\
| server  |    µs |
|:--------|------:|
| by hand |   1.5 |
| limit   | 10.25 |
";
        assert_eq!(table.to_string(), expected);
    }
}
