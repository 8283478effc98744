//! The text of a `CREATE TABLE` of SQLite as its parts, so that one is changed and the others stay
//! as they were written: checks, collations and what else a column can have.

use sea_orm::DbErr;

/// A table's columns and constraints, each as text.
pub(super) struct Definition {
    parts: Vec<String>,
    /// What stands behind the last parenthesis.
    options: String,
}

/// The words a column's constraint begins with.
const CLAUSES: [&str; 11] = [
    "CONSTRAINT",
    "PRIMARY",
    "NOT",
    "NULL",
    "UNIQUE",
    "CHECK",
    "DEFAULT",
    "COLLATE",
    "REFERENCES",
    "GENERATED",
    "AS",
];

/// The words a table's constraint begins with.
const CONSTRAINTS: [&str; 5] = ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"];

impl Definition {
    /// Of a whole statement.
    pub(super) fn parse(sql: &str) -> Result<Self, DbErr> {
        let sql = &without_comments(sql);
        let tokens = tokens(sql);
        let open = tokens.iter().find(|token| token.text == "(");
        let close = tokens.iter().rfind(|token| token.text == ")");
        let (Some(open), Some(close)) = (open, close) else {
            return Err(DbErr::Migration(format!("no columns in: {sql}")));
        };
        let mut parts = Vec::new();
        let mut start = open.end;
        for token in &tokens {
            if token.depth == 1 && token.text == "," {
                parts.push(sql[start..token.start].trim().to_owned());
                start = token.end;
            }
        }
        parts.push(sql[start..close.start].trim().to_owned());
        Ok(Self {
            parts,
            options: sql[close.end..].trim().to_owned(),
        })
    }

    /// The statement that creates it under this name.
    pub(super) fn create(&self, name: &str) -> String {
        let (parts, options) = (self.parts.join(", "), &self.options);
        format!(r#"CREATE TABLE "{name}" ({parts}) {options}"#)
    }

    /// Adds a column behind the others.
    pub(super) fn add_column(&mut self, column: String) {
        let end = self.parts.iter().position(|part| is_constraint(part));
        self.parts.insert(end.unwrap_or(self.parts.len()), column);
    }

    /// Adds a constraint of the table.
    pub(super) fn add_constraint(&mut self, constraint: String) {
        self.parts.push(constraint);
    }

    /// Puts `column` in the place of the one named `name`, which keeps what `column` does not say:
    /// all but type, null and default. False when there is none.
    pub(super) fn change_column(&mut self, name: &str, column: &str) -> bool {
        let found = self
            .parts
            .iter_mut()
            .find(|part| !is_constraint(part) && column_name(part).eq_ignore_ascii_case(name));
        let Some(part) = found else { return false };
        let kept: Vec<_> = clauses(part)
            .into_iter()
            .filter(|clause| !is_null_or_default(clause))
            .collect();
        *part = std::iter::once(column.to_owned())
            .chain(kept)
            .collect::<Vec<_>>()
            .join(" ");
        true
    }

    /// Removes the foreign key of these columns. False when there is none.
    pub(super) fn drop_foreign_key(&mut self, columns: &[&str]) -> bool {
        let before = self.parts.len();
        self.parts
            .retain(|part| !foreign_key_columns(part).is_some_and(|key| same(&key, columns)));
        if self.parts.len() < before {
            return true;
        }
        let [column] = columns else { return false };
        let found = self
            .parts
            .iter_mut()
            .find(|part| !is_constraint(part) && column_name(part).eq_ignore_ascii_case(column));
        found.is_some_and(|part| {
            let clauses = clauses(part);
            let reference = clauses.iter().find(|clause| is_reference(clause));
            reference.is_some_and(|clause| {
                *part = part.replacen(clause.as_str(), "", 1).trim().to_owned();
                true
            })
        })
    }
}

/// The parts between the outer parentheses of a statement that the builder made.
pub(super) fn parts_of(sql: &str) -> Result<Vec<String>, DbErr> {
    Definition::parse(sql).map(|definition| definition.parts)
}

/// A word, a quoted text, a number or a sign.
struct Token<'a> {
    text: &'a str,
    start: usize,
    end: usize,
    /// How many parentheses it stands in.
    depth: usize,
}

/// A comment to the end of its line would hide what is put behind it.
fn without_comments(sql: &str) -> String {
    let mut text = String::new();
    let mut rest = sql;
    while !rest.is_empty() {
        let (token, after) = rest.split_at(token_length(rest));
        let is_comment = token.starts_with("--") || token.starts_with("/*");
        text.push_str(if is_comment { " " } else { token });
        rest = after;
    }
    text
}

fn tokens(sql: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let (mut depth, mut start) = (0_usize, 0);
    while let Some(first) = sql[start..].chars().next() {
        let length = token_length(&sql[start..]);
        let end = start + length;
        let text = &sql[start..end];
        if text == ")" {
            depth = depth.saturating_sub(1);
        }
        if !first.is_whitespace() {
            tokens.push(Token {
                text,
                start,
                end,
                depth,
            });
        }
        if text == "(" {
            depth += 1;
        }
        start = end;
    }
    tokens
}

/// How many bytes the first token of a text has that is not empty.
fn token_length(sql: &str) -> usize {
    let quoted = |close: char| {
        let end = sql[1..].find(close);
        end.map_or(sql.len(), |end| end + 1 + close.len_utf8())
    };
    match sql.as_bytes()[0] {
        // A doubled quote is read as two texts side by side, which does no harm here.
        quote @ (b'\'' | b'"' | b'`') => quoted(char::from(quote)),
        b'[' => quoted(']'),
        b'-' if sql.starts_with("--") => sql.find('\n').map_or(sql.len(), |end| end + 1),
        b'/' if sql.starts_with("/*") => sql.find("*/").map_or(sql.len(), |end| end + 2),
        _ => {
            let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
            let word = sql.find(|c| !is_word(c)).unwrap_or(sql.len());
            let first = sql.chars().next().map_or(1, char::len_utf8);
            word.max(first)
        }
    }
}

fn is_one_of(word: &str, words: &[&str]) -> bool {
    words.iter().any(|known| word.eq_ignore_ascii_case(known))
}

fn is_constraint(part: &str) -> bool {
    tokens(part)
        .first()
        .is_some_and(|token| is_one_of(token.text, &CONSTRAINTS))
}

fn unquoted(text: &str) -> &str {
    text.trim_matches(['"', '`', '[', ']', '\''])
}

fn column_name(part: &str) -> &str {
    tokens(part)
        .first()
        .map_or("", |token| unquoted(token.text))
}

/// The constraints of a column, each as text.
fn clauses(part: &str) -> Vec<String> {
    let tokens = tokens(part);
    let mut starts: Vec<usize> = Vec::new();
    let mut named = false;
    for (index, token) in tokens.iter().enumerate().skip(1) {
        if token.depth > 0 || !is_one_of(token.text, &CLAUSES) {
            continue;
        }
        let before = tokens[index - 1].text;
        let is_part = is_one_of(before, &["SET", "NOT", "ALWAYS"])
            || (token.text.eq_ignore_ascii_case("NOT")
                && !tokens
                    .get(index + 1)
                    .is_some_and(|next| next.text.eq_ignore_ascii_case("NULL")));
        // `CONSTRAINT name` belongs to what follows it.
        if !is_part && !std::mem::take(&mut named) {
            starts.push(token.start);
        }
        if token.text.eq_ignore_ascii_case("CONSTRAINT") {
            named = true;
        }
    }
    let ends = starts.iter().skip(1).copied().chain([part.len()]);
    starts
        .iter()
        .zip(ends)
        .map(|(start, end)| part[*start..end].trim().to_owned())
        .collect()
}

/// The word that says what a clause is, behind the name that it may have.
fn kind(clause: &str) -> Option<&str> {
    let tokens = tokens(clause);
    let named = tokens
        .first()
        .is_some_and(|token| token.text.eq_ignore_ascii_case("CONSTRAINT"));
    tokens
        .get(if named { 2 } else { 0 })
        .map(|token| token.text)
}

fn is_null_or_default(clause: &str) -> bool {
    kind(clause).is_some_and(|word| is_one_of(word, &["NOT", "NULL", "DEFAULT"]))
}

fn is_reference(clause: &str) -> bool {
    kind(clause).is_some_and(|word| word.eq_ignore_ascii_case("REFERENCES"))
}

/// The columns of a table's foreign key; none of another part.
fn foreign_key_columns(part: &str) -> Option<Vec<&str>> {
    if !is_constraint(part) || !kind(part).is_some_and(|word| word.eq_ignore_ascii_case("FOREIGN"))
    {
        return None;
    }
    let columns = tokens(part)
        .into_iter()
        .skip_while(|token| token.text != "(")
        .skip(1)
        .take_while(|token| token.text != ")")
        .filter(|token| token.text != ",")
        .map(|token| unquoted(token.text));
    Some(columns.collect())
}

fn same(one: &[&str], other: &[&str]) -> bool {
    one.len() == other.len()
        && one
            .iter()
            .zip(other)
            .all(|(one, other)| one.eq_ignore_ascii_case(other))
}
