//! The text of a `.env` file as assignments with their line numbers. What the syntax means is
//! dotenvy's; it has no line numbers, and its errors quote lines that may hold secrets.

use std::{
    cell::Cell,
    io::{self, Read},
    rc::Rc,
};

/// One `NAME=value`.
pub(super) struct Assignment {
    pub(super) name: String,
    pub(super) value: String,
    /// Where it ends, from 1.
    pub(super) line: usize,
}

/// Each assignment of `text`, or what is wrong with a line, without quoting it.
pub(super) fn parse(text: &str) -> impl Iterator<Item = Result<Assignment, String>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let read = Rc::new(Cell::new(0));
    let lines = Lines {
        // Without the line's end dotenvy takes blanks before it for an open quote.
        text: format!("{text}\n").into_bytes(),
        position: 0,
        read: Rc::clone(&read),
    };
    dotenvy::from_read_iter(lines).map(move |item| match item {
        Ok((name, value)) => Ok(Assignment {
            name,
            value,
            line: read.get(),
        }),
        Err(error) => Err(malformed(&error, read.get())),
    })
}

/// Says which line is wrong. The error's own text stays out: it is the line.
fn malformed(error: &dotenvy::Error, last_line: usize) -> String {
    match error {
        dotenvy::Error::LineParse(text, _) => {
            // The line ends at `last_line`, and began that many lines before if a quote is open.
            let line = (last_line + 1).saturating_sub(text.lines().count().max(1));
            format!("line {line} is not of the form NAME=value, with quotes that close")
        }
        _ => format!("cannot be parsed near line {last_line}"),
    }
}

/// Hands out one line a call, so that the number of lines read is that of the line being parsed.
struct Lines {
    text: Vec<u8>,
    position: usize,
    read: Rc<Cell<usize>>,
}

impl Read for Lines {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let rest = &self.text[self.position..];
        let end = rest.iter().position(|&byte| byte == b'\n');
        let length = end.map_or(rest.len(), |end| end + 1).min(into.len());
        into[..length].copy_from_slice(&rest[..length]);
        if into[..length].ends_with(b"\n") {
            self.read.set(self.read.get() + 1);
        }
        self.position += length;
        Ok(length)
    }
}
