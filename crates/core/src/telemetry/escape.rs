//! Text inside a log line: nothing in it can end the line, end its string, or steer the terminal
//! of whoever reads it. Header values and paths are written by strangers.

use std::fmt;

/// Appends `text` to `line` with JSON's escapes (RFC 8259, section 7). Beyond what JSON asks for,
/// C1 controls (a terminal obeys them), U+2028 and U+2029 (some readers end a line there) and the
/// marks that reverse the direction of text are escaped.
pub(super) fn escape(text: &str, line: &mut Vec<u8>) {
    let mut copied = 0;
    let mut position = 0;
    let bytes = text.as_bytes();
    while let Some(offset) = bytes[position..].iter().position(|byte| is_suspect(*byte)) {
        let at = position + offset;
        let Some(found) = text[at..].chars().next() else {
            break;
        };
        position = at + found.len_utf8();
        if must_escape(found) {
            line.extend_from_slice(&bytes[copied..at]);
            write_escape(found, line);
            copied = position;
        }
    }
    line.extend_from_slice(&bytes[copied..]);
}

/// Lets `write!` append escaped text.
pub(super) struct Escaped<'a>(pub(super) &'a mut Vec<u8>);

impl fmt::Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        escape(text, self.0);
        Ok(())
    }
}

/// Whether a character that begins with `byte` may have to be escaped. Each such byte begins a
/// character, so that the text can be cut there.
fn is_suspect(byte: u8) -> bool {
    const SUSPECT: [bool; 256] = {
        let mut table = [false; 256];
        let mut byte = 0;
        while byte < 0x20 {
            table[byte] = true;
            byte += 1;
        }
        table[b'"' as usize] = true;
        table[b'\\' as usize] = true;
        table[0x7f] = true;
        // The first bytes of U+0080 to U+00BF and of U+2000 to U+2FFF.
        table[0xc2] = true;
        table[0xe2] = true;
        table
    };
    SUSPECT[usize::from(byte)]
}

fn must_escape(found: char) -> bool {
    matches!(
        found,
        '"' | '\\'
            | '\0'..='\u{1f}'
            | '\u{7f}'..='\u{9f}'
            | '\u{200e}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
    )
}

fn write_escape(found: char, line: &mut Vec<u8>) {
    match found {
        '"' => line.extend_from_slice(b"\\\""),
        '\\' => line.extend_from_slice(b"\\\\"),
        '\n' => line.extend_from_slice(b"\\n"),
        '\r' => line.extend_from_slice(b"\\r"),
        '\t' => line.extend_from_slice(b"\\t"),
        _ => {
            const HEX: &[u8; 16] = b"0123456789abcdef";
            line.extend_from_slice(b"\\u");
            // All that is escaped lies within four digits.
            let code = u32::from(found);
            for shift in [12, 8, 4, 0] {
                line.push(HEX[(code >> shift & 0xf) as usize]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escaped(text: &str) -> String {
        let mut line = Vec::new();
        escape(text, &mut line);
        String::from_utf8(line).unwrap()
    }

    #[test]
    fn every_character_survives_json() {
        for code in (0..0x3100).chain(0xd000..=0x1_0400) {
            let Some(character) = char::from_u32(code) else {
                continue;
            };
            let text = format!("a{character}{character}b");
            let json = format!("\"{}\"", escaped(&text));
            let read: String = serde_json::from_str(&json).unwrap();
            assert_eq!(read, text, "U+{code:04X} as {json}");
        }
    }

    #[test]
    fn nothing_escaped_is_a_control() {
        let all: String = (0..0x3000).filter_map(char::from_u32).collect();
        let written = escaped(&all);
        assert!(!written.chars().any(char::is_control));
        assert!(!written.contains(['\u{2028}', '\u{202e}', '\u{2066}']));
    }

    #[test]
    fn escapes_are_the_short_ones() {
        assert_eq!(
            escaped("é\"\\\n\r\t\u{1b}[31m\u{9b}—\u{2028}"),
            r#"é\"\\\n\r\t\u001b[31m\u009b—\u2028"#
        );
        assert_eq!(escaped(""), "");
        assert_eq!(escaped("plain"), "plain");
    }
}
