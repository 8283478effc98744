//! Tables in Markdown pages that people write and checks read.

/// A row: the line on which it stands, from 1, and its cells.
pub(crate) type Row<'a> = (usize, Vec<&'a str>);

/// The rows of every table whose first columns are these; `None` when there is no such table.
pub(crate) fn rows<'a>(page: &'a str, columns: &[&str]) -> Option<Vec<Row<'a>>> {
    let mut rows = None;
    let mut is_in_table = false;
    for (number, line) in page.lines().enumerate() {
        let Some(cells) = cells(line) else {
            is_in_table = false;
            continue;
        };
        if cells.starts_with(columns) {
            is_in_table = true;
            rows.get_or_insert_with(Vec::new);
        } else if is_in_table && !is_rule(&cells) {
            rows.get_or_insert_with(Vec::new).push((number + 1, cells));
        }
    }
    rows
}

/// The names between backticks in a cell.
pub(crate) fn between_backticks(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2).map(str::trim)
}

fn cells(line: &str) -> Option<Vec<&str>> {
    let inner = line.trim().strip_prefix('|')?;
    let inner = inner.strip_suffix('|').unwrap_or(inner);
    Some(inner.split('|').map(str::trim).collect())
}

/// `|---|:--|` below the head.
fn is_rule(cells: &[&str]) -> bool {
    cells
        .iter()
        .all(|cell| cell.contains('-') && cell.trim_matches(':').chars().all(|c| c == '-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_those_of_the_tables_with_these_columns() {
        let page = "# Page\n\n| id | tests | more |\n|---|:--|---|\n| a | `b`, `c` | - |\n\nText | with | bars\n\n\
            | other | tests |\n|---|---|\n| x | y |\n\n| id | tests |\n|---|---|\n| d | |\n";
        let rows = rows(page, &["id", "tests"]).expect("a table");
        assert_eq!(rows, [(5, vec!["a", "`b`, `c`", "-"]), (15, vec!["d", ""])]);
        let names: Vec<_> = between_backticks(rows[0].1[1]).collect();
        assert_eq!(names, ["b", "c"]);
    }

    #[test]
    fn an_empty_table_is_not_none() {
        assert_eq!(
            rows("| id | tests |\n|---|---|\n", &["id"]),
            Some(Vec::new())
        );
        assert_eq!(rows("| name |\n|---|\n| a |\n", &["id"]), None);
    }
}
