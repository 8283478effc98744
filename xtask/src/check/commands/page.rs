//! The commands on a page: its shell blocks, and what stands between backticks in its text.

/// What stands before the reason for which a block is not run, in a comment on the line above it.
const MARKER: &str = "<!-- not run:";

/// A block of shell code.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// The line of its fence, from 1.
    pub(super) line: usize,
    pub(super) code: String,
    /// Why it is not run, if it is not.
    pub(super) excuse: Option<String>,
}

/// Code within a line of text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mention {
    pub(super) line: usize,
    pub(super) code: String,
}

/// What a page says that can be right or wrong.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) blocks: Vec<Block>,
    pub(super) mentions: Vec<Mention>,
    /// What is wrong with the page itself, with its line.
    pub(super) faults: Vec<(usize, &'static str)>,
}

impl Page {
    pub(super) fn read(text: &str) -> Self {
        let mut page = Self::default();
        let mut excuse = None;
        let mut lines = text.lines().zip(1..);
        while let Some((line, number)) = lines.next() {
            let Some((indent, language)) = fence(line) else {
                page.text(line, number, &mut excuse);
                continue;
            };
            let mut code = String::new();
            for (line, _) in lines.by_ref().take_while(|(line, _)| fence(line).is_none()) {
                code.push_str(line.get(indent..).unwrap_or_default());
                code.push('\n');
            }
            page.block(language, number, code, excuse.take());
        }
        page
    }

    fn block(&mut self, language: &str, line: usize, code: String, excuse: Option<String>) {
        match language {
            "sh" => self.blocks.push(Block { line, code, excuse }),
            "bash" | "shell" | "console" => {
                self.faults
                    .push((line, "shell code stands in a block `sh`"));
            }
            _ if excuse.is_some() => {
                self.faults
                    .push((line, "`not run` stands above a block `sh` alone"));
            }
            _ => {}
        }
    }

    fn text(&mut self, line: &str, number: usize, excuse: &mut Option<String>) {
        if excuse.take().is_some() {
            self.faults
                .push((number - 1, "`not run` stands right above its block"));
        }
        if let Some(reason) = line.trim().strip_prefix(MARKER) {
            let reason = reason.trim_end_matches("-->").trim();
            if reason.is_empty() {
                self.faults.push((number, "`not run` needs a reason"));
            }
            *excuse = Some(reason.to_owned());
            return;
        }
        let spans = line.split('`').skip(1).step_by(2);
        self.mentions.extend(spans.map(|code| Mention {
            line: number,
            code: code.to_owned(),
        }));
    }
}

/// The indentation and the language of a fence.
fn fence(line: &str) -> Option<(usize, &str)> {
    let language = line.trim_start().strip_prefix("```")?;
    Some((line.len() - line.trim_start().len(), language.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_and_mentions_are_read() {
        let text = "Say `cargo run` or `a`.\n```sh\ncargo run\n```\n<!-- not run: it needs root -->\n```sh\nmake\n```\n\
            1. So:\n   ```sh\n   one\n     two\n   ```\n```rust\nlet a = 1;\n```\n";
        let page = Page::read(text);
        let blocks: Vec<_> = page
            .blocks
            .iter()
            .map(|block| (block.line, block.code.as_str(), block.excuse.as_deref()))
            .collect();
        assert_eq!(
            blocks,
            [
                (2, "cargo run\n", None),
                (6, "make\n", Some("it needs root")),
                (10, "one\n  two\n", None)
            ]
        );
        let mentions: Vec<_> = page.mentions.iter().map(|m| m.code.as_str()).collect();
        assert_eq!(mentions, ["cargo run", "a"]);
        assert_eq!(page.faults, []);
    }

    #[test]
    fn excuses_without_a_reason_or_a_block_are_told() {
        let faults = |text| Page::read(text).faults.len();
        assert_eq!(faults("<!-- not run: -->\n```sh\na\n```\n"), 1);
        assert_eq!(faults("<!-- not run: root -->\n\n```sh\na\n```\n"), 1);
        assert_eq!(faults("<!-- not run: root -->\n```yaml\na: b\n```\n"), 1);
        assert_eq!(faults("```console\n$ a\n```\n"), 1);
    }
}
