//! The part of a Markdown file that belongs to the benchmark.

use std::fs;
use std::io;
use std::path::Path;

use crate::error::BenchError;

const BEGIN: &str = "<!-- bench:begin -->";
const END: &str = "<!-- bench:end -->";

/// Puts `text` between the markers of the file; a missing file is made.
///
/// # Errors
/// When the file has no markers, or cannot be read or written.
pub(crate) fn write_section(path: &Path, text: &str) -> Result<(), BenchError> {
    let page = match fs::read_to_string(path) {
        Ok(page) => page,
        Err(error) if error.kind() == io::ErrorKind::NotFound => empty_page(),
        Err(source) => {
            return Err(BenchError::io(format!("reading {}", path.display()))(
                source,
            ));
        }
    };
    let page = replaced(&page, text).ok_or_else(|| {
        let path = path.display();
        BenchError::Failed(format!("{path} has no section between {BEGIN} and {END}"))
    })?;
    fs::write(path, page).map_err(BenchError::io(format!("writing {}", path.display())))
}

fn empty_page() -> String {
    format!("# Performance\n\n{BEGIN}\n{END}\n")
}

fn replaced(page: &str, text: &str) -> Option<String> {
    let (before, rest) = page.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n{}\n{END}{after}", text.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_between_the_markers_changes() {
        let page = format!("before\n{BEGIN}\nold\n{END}\nafter\n");
        let expected = format!("before\n{BEGIN}\nnew\n{END}\nafter\n");
        assert_eq!(replaced(&page, "new\n"), Some(expected.clone()));
        assert_eq!(
            replaced(&expected, "new"),
            Some(expected.clone()),
            "a second time, no change"
        );
        assert_eq!(replaced("no markers", "new"), None);
    }

    #[test]
    fn an_empty_page_takes_a_section() {
        assert!(replaced(&empty_page(), "text").unwrap().contains("text"));
    }
}
