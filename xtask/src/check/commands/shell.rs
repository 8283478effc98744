//! As much of the shell's grammar as it takes to see which programs a script runs.

/// Words at which a command begins anew.
const KEYWORDS: [&str; 11] = [
    "do", "done", "else", "fi", "if", "then", "until", "while", "!", "{", "}",
];

/// The simple commands of a script, each as its words: without assignments, redirections and comments. What is within
/// double quotes stays one word.
pub(super) fn commands(script: &str) -> Vec<Vec<String>> {
    let mut reader = Reader::default();
    let mut rest = script.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\\' => match rest.next() {
                Some('\n') | None => reader.end_word(),
                Some(escaped) => reader.push(escaped),
            },
            '\'' => reader.extend(rest.by_ref().take_while(|c| *c != '\'')),
            '"' => reader.extend(rest.by_ref().take_while(|c| *c != '"')),
            '#' if reader.word.is_none() => {
                rest.by_ref().find(|c| *c == '\n');
                reader.end_command();
            }
            '$' if rest.peek() == Some(&'(') => reader.end_command(),
            '\n' | ';' | '|' | '&' | '(' | ')' => reader.end_command(),
            '<' | '>' => {
                reader.end_word();
                while rest.next_if(|c| matches!(c, '>' | '&' | ' ')).is_some() {}
                reader.is_redirected = true;
            }
            c if c.is_whitespace() => reader.end_word(),
            c => reader.push(c),
        }
    }
    reader.end_command();
    reader.commands
}

#[derive(Default)]
struct Reader {
    word: Option<String>,
    words: Vec<String>,
    /// Whether the next word is the file of a redirection.
    is_redirected: bool,
    commands: Vec<Vec<String>>,
}

impl Reader {
    fn push(&mut self, c: char) {
        self.word.get_or_insert_default().push(c);
    }

    fn extend(&mut self, text: impl Iterator<Item = char>) {
        self.word.get_or_insert_default().extend(text);
    }

    fn end_word(&mut self) {
        let Some(word) = self.word.take() else { return };
        let is_file = std::mem::take(&mut self.is_redirected);
        let is_before =
            self.words.is_empty() && (KEYWORDS.contains(&word.as_str()) || is_assignment(&word));
        if !is_file && !is_before {
            self.words.push(word);
        }
    }

    fn end_command(&mut self) {
        self.end_word();
        let words = std::mem::take(&mut self.words);
        // `for name in words` runs nothing itself.
        if words.first().is_some_and(|word| word != "for") {
            self.commands.push(words);
        }
    }
}

fn is_assignment(word: &str) -> bool {
    let is_name =
        |name: &str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    word.split_once('=').is_some_and(|(name, _)| is_name(name))
}

#[cfg(test)]
mod tests {
    use super::commands;

    #[track_caller]
    fn reads(script: &str, expected: &[&[&str]]) {
        assert_eq!(commands(script), expected, "{script}");
    }

    #[test]
    fn programs_are_found_wherever_they_stand() {
        reads(
            "a b # c\nd 'e f' \"g h\" \\\n  i",
            &[&["a", "b"], &["d", "e f", "g h", "i"]],
        );
        reads(
            "A=1 B='x y' a && b | c; d &",
            &[&["a"], &["b"], &["c"], &["d"]],
        );
        reads("T=$(a b | c d)\n", &[&["a", "b"], &["c", "d"]]);
        reads(
            "for t in A B; do\n  a $t > f 2>&1\ndone",
            &[&["a", "$t", "2"]],
        );
        reads(
            "until a b; do sleep 1; done",
            &[&["a", "b"], &["sleep", "1"]],
        );
        reads("# nothing\n", &[]);
    }
}
