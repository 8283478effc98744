//! SQL as SQLite keeps it: as it was written. Here it is read as far as an index or a default has it.

/// A statement's words in lower case with a space between, identifiers without their quotes, texts
/// as they are: two that are spelt differently and mean the same are equal.
pub(crate) fn plain(sql: &str) -> String {
    let words: Vec<_> = tokens(sql).into_iter().map(|token| token.word).collect();
    words.join(" ")
}

/// What stands between parentheses that enclose the whole of it.
pub(crate) fn unwrapped(sql: &str) -> &str {
    let sql = sql.trim();
    let tokens = tokens(sql);
    let closes = tokens
        .iter()
        .position(|token| token.word == ")" && token.depth == 0);
    let is_whole = tokens.first().is_some_and(|token| token.word == "(")
        && closes.is_some_and(|index| index + 1 == tokens.len());
    if is_whole {
        unwrapped(&sql[1..sql.len() - 1])
    } else {
        sql
    }
}

/// The keys between the parentheses of a `CREATE INDEX`, and its condition.
pub(crate) fn index_parts(sql: &str) -> Option<(Vec<&str>, Option<&str>)> {
    let tokens = tokens(sql);
    let open = tokens.iter().find(|token| token.word == "(")?;
    let close = tokens
        .iter()
        .find(|token| token.word == ")" && token.depth == 0)?;
    let mut keys = Vec::new();
    let mut start = open.end;
    for token in &tokens {
        let is_inside = token.start > open.start && token.end < close.end;
        if is_inside && token.depth == 1 && token.word == "," {
            keys.push(sql[start..token.start].trim());
            start = token.end;
        }
    }
    keys.push(sql[start..close.start].trim());
    let condition = tokens
        .iter()
        .find(|token| token.start > close.start && token.word == "where")
        .map(|token| sql[token.end..].trim());
    Some((keys, condition))
}

/// A key without the direction that it is sorted in.
pub(crate) fn undirected(key: &str) -> &str {
    match tokens(key).last() {
        Some(last) if matches!(last.word.as_str(), "asc" | "desc") => key[..last.start].trim(),
        _ => key,
    }
}

struct Token {
    word: String,
    start: usize,
    end: usize,
    /// How many parentheses it stands in; of a parenthesis, without itself.
    depth: usize,
}

fn tokens(sql: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let (mut depth, mut start) = (0_usize, 0);
    while let Some(first) = sql[start..].chars().next() {
        let end = start + length(&sql[start..], first);
        let text = &sql[start..end];
        if first == ')' {
            depth = depth.saturating_sub(1);
        }
        if !first.is_whitespace() {
            let word = match first {
                '\'' => text.to_owned(),
                '"' | '`' | '[' => text[1..text.len().max(2) - 1].to_lowercase(),
                _ => text.to_lowercase(),
            };
            tokens.push(Token {
                word,
                start,
                end,
                depth,
            });
        }
        if first == '(' {
            depth += 1;
        }
        start = end;
    }
    tokens
}

/// How many bytes the token has that begins with `first`.
fn length(sql: &str, first: char) -> usize {
    let close = match first {
        '\'' | '"' | '`' => Some(first),
        '[' => Some(']'),
        _ => None,
    };
    if let Some(close) = close {
        return sql[1..].find(close).map_or(sql.len(), |end| end + 2);
    }
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let word = sql.find(|c| !is_word(c)).unwrap_or(sql.len());
    word.max(first.len_utf8())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_does_not_count() {
        assert_eq!(
            plain(r#"CREATE index "ix" on  "Tasks"("a",B)"#),
            plain("create INDEX ix ON Tasks (a, b)")
        );
        assert_ne!(plain("a = 'X'"), plain("a = 'x'"));
    }

    #[test]
    fn an_index_is_taken_apart() {
        let sql = r#"create index ix on t ("a", (coalesce("b", 'x,(')), c DESC) where "d" is null"#;
        let (keys, condition) = index_parts(sql).expect("an index");
        assert_eq!(keys, [r#""a""#, r#"(coalesce("b", 'x,('))"#, "c DESC"]);
        assert_eq!(condition, Some(r#""d" is null"#));
        assert_eq!(unwrapped(keys[1]), r#"coalesce("b", 'x,(')"#);
        assert_eq!(undirected(keys[2]), "c");
        assert_eq!(unwrapped("(a) + (b)"), "(a) + (b)");
    }
}
